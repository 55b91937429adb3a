import { join } from 'node:path'
import type pg from 'pg'
import type { Test } from 'tap'
import { openEmbeddedPool } from '../../src/db/embedded/embedded-pool.ts'
import { EmbeddedThread } from '../../src/db/embedded/embedded-thread.ts'
import { temporaryFolder } from './conch.ts'
import { copyEmptyDatabase } from './empty-database.ts'

/** A new embedded database, as a first start of Conch leaves it. */
export async function openNew(t: Test, onFault = fail(t), onLost = fail(t)) {
  const folder = await temporaryFolder(t)
  await copyEmptyDatabase(folder)
  return openEmbeddedPool(new EmbeddedThread(join(folder, 'database'), onLost), { onFault })
}

const fail =
  (t: Test) =>
  (error: Error): void =>
    void t.fail(error.message)

/** The same, closed with the test. */
export async function openPool(t: Test): Promise<pg.Pool> {
  const { pool, close } = await openNew(t)
  t.teardown(close)
  return pool
}

/** What a transaction of this pool does; it is rolled back when `run` throws. */
export async function inTransaction(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await run(client)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}
