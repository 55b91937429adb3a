import { fileURLToPath } from 'node:url'
import { drizzle as overPg } from 'drizzle-orm/node-postgres'
import { migrate as migratePg } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url))

/** Any number, the same in every version of Conch: the holder of this lock migrates. */
const migrationLock = 6_215_003_112n

/**
 * How long a transaction may be idle and keep its locks: as long as a process may be silent before another takes its
 * tasks, so that the rows are unlocked then. A process suspended in mid-transaction, with its connections open, would
 * otherwise keep them for good.
 */
export const heldLocksMs = 10_000

/**
 * Applies missing migrations, one process at a time: drizzle's `migrate` is not safe from several, so the connection
 * that migrates holds one advisory lock for the whole run.
 */
export async function migratePostgres(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: heldLocksMs,
    application_name: 'conch migrate',
  })
  client.on('error', () => {}) // A broken connection also fails the statement that needed it.
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await migratePg(overPg({ client }), { migrationsFolder })
  } finally {
    await client.end()
  }
}

/** The embedded database belongs to this process alone: its folder is locked. */
export async function migrateEmbedded(pool: pg.Pool): Promise<void> {
  await migratePg(overPg({ client: pool }), { migrationsFolder })
}
