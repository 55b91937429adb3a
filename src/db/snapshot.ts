import type { Database, Queries } from './client.ts'

/** One state of the database for all that `read` reads. */
export function snapshot<T>({ queries }: Pick<Database, 'queries'>, read: (tx: Queries) => Promise<T>): Promise<T> {
  return queries.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' })
}
