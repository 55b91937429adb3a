import type { Socket } from 'node:net'
import pg from 'pg'
import { openingFault } from '../room-check.ts'
import type { EmbeddedThread } from './embedded-thread.ts'
import { Vacuum } from './vacuum.ts'

export interface EmbeddedPoolOptions {
  /** Called with faults of maintenance, which no caller awaits. */
  onFault: (error: Error) => void
  types?: pg.CustomTypesConfig
}

/**
 * The embedded database, for `pg`: a pool of one connection, since PGlite is one session. In the order in which they come, each
 * statement and each transaction has it for itself, and waits for it as long as it takes.
 *
 * `close` ends the pool, once all that was sent before is answered, and then the database and its thread.
 */
export async function openEmbeddedPool(
  thread: EmbeddedThread,
  { onFault, types }: EmbeddedPoolOptions,
): Promise<{ pool: pg.Pool; close(): Promise<void> }> {
  const { folder } = thread
  await thread.opened().catch(async cause => {
    throw folder === undefined ? cause : await openingFault(folder, cause)
  })
  const pool = new pg.Pool({
    // All of a socket that `pg` uses.
    stream: () => thread.connect() as unknown as Socket,
    ssl: false,
    user: 'postgres',
    database: 'postgres',
    max: 1,
    idleTimeoutMillis: 0,
    ...(types && { types }),
  })
  pool.on('error', onFault)
  pool.on('connect', client => client.on('error', onFault))
  const vacuum = new Vacuum(async statement => (pool.ending ? [] : (await pool.query<object>(statement)).rows), onFault)
  pool.on('release', () => vacuum.noteUse())
  const close = async () => {
    await endOnceAnswered(pool)
    await thread.close()
  }
  return { pool, close }
}

/** Its own `end` alone would leave those waiting that have no connection yet. */
async function endOnceAnswered(pool: pg.Pool): Promise<void> {
  let client = await pool.connect()
  while (pool.waitingCount > 0) {
    client.release()
    client = await pool.connect()
  }
  const ended = pool.end()
  client.release()
  await ended
}
