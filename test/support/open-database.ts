import type { Test } from 'tap'
import { type Database, openEmbedded, openPostgres } from '../../src/db/client.ts'
import { ownDatabase } from './database.ts'

/** A database of the test's own, on the server that CI names or in memory, closed with the test. */
export async function openDatabase(t: Test): Promise<Database> {
  const { DATABASE_URL } = await ownDatabase(t)
  const database = DATABASE_URL ? await openPostgres(DATABASE_URL, () => {}) : await openEmbedded(undefined)
  t.teardown(() => database.close())
  return database
}
