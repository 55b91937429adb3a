import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { Test } from 'tap'

type Row = Record<string, unknown>

export interface RawDatabase {
  query(statement: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

/**
 * The database of a Conch as a thief sees it. `storage` is the result of `ownStorage`. The embedded one belongs to one
 * process at a time: close the Conch before, and this before the next one starts.
 */
export async function openRaw(t: Test, storage: Record<string, string>): Promise<RawDatabase> {
  const raw = await (storage.DATABASE_URL ? postgres(storage.DATABASE_URL) : embedded(`${storage.DATA_DIR}/database`))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= raw.close()
    return closed
  }
  t.teardown(close)
  return { query: raw.query, close }
}

async function postgres(url: string): Promise<RawDatabase> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    query: async (statement, values) => (await client.query(statement, values)).rows,
    close: () => client.end(),
  }
}

async function embedded(folder: string): Promise<RawDatabase> {
  const pglite = await PGlite.create(folder)
  return {
    query: async (statement, values) => (await pglite.query<Row>(statement, values)).rows,
    close: () => pglite.close(),
  }
}
