import type { Database, Queries } from './client.ts'

/** Runs `read` on one state of the database. */
export function snapshot<T>({ queries }: Pick<Database, 'queries'>, read: (tx: Queries) => Promise<T>): Promise<T> {
  return queries.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' })
}
