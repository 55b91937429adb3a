import { fileURLToPath } from 'node:url'
import type { PGlite } from '@electric-sql/pglite'
import { drizzle as overPg } from 'drizzle-orm/node-postgres'
import { migrate as migratePg } from 'drizzle-orm/node-postgres/migrator'
import { drizzle as overPglite } from 'drizzle-orm/pglite'
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator'
import pg from 'pg'

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url))

/** Any number, the same in every version of Conch: whoever holds this lock migrates. */
const migrationLock = 6_215_003_112n

/**
 * How long a transaction may do nothing and keep its locks: as long as a process may be silent before another takes its
 * tasks, so that it finds them free. What is stopped in the middle, with its connections open, would keep them for good.
 */
export const heldLocksMs = 10_000

/**
 * Applies what is missing, one process at a time: drizzle's `migrate` is not safe from several, so one advisory lock is
 * held for the whole run, on the connection that migrates.
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
export async function migrateEmbedded(pglite: PGlite): Promise<void> {
  await migratePglite(overPglite({ client: pglite }), { migrationsFolder })
}
