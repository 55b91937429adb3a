import type { Test } from 'tap'
import { type Database, openEmbedded, openPostgres } from '../../src/db/client.ts'
import { temporaryFolder } from './conch.ts'
import { ownDatabase } from './database.ts'
import { copyEmptyDatabase } from './empty-database.ts'

/** A database of the test's own, on the server that CI names or embedded, closed with the test. */
export async function openDatabase(t: Test, { onFault }: { onFault?: (error: Error) => void } = {}): Promise<Database> {
  const { DATABASE_URL } = await ownDatabase(t)
  const database = DATABASE_URL ? await openPostgres(DATABASE_URL, onFault ?? (() => {})) : await openCopy(t, onFault)
  t.teardown(() => database.close())
  return database
}

async function openCopy(t: Test, onFault = (error: Error): void => void t.fail(error.message)): Promise<Database> {
  const folder = await temporaryFolder(t)
  await copyEmptyDatabase(folder)
  return openEmbedded(`${folder}/database`, onFault)
}
