import { PGlite } from '@electric-sql/pglite'
import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { sql } from 'drizzle-orm'
import { drizzle as overPg } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as overPglite } from 'drizzle-orm/pglite'
import pg from 'pg'
import { type DrizzleTransactionLike, fromDrizzle, fromPglite, type Db as JobsDatabase } from 'pg-boss'
import { migrateEmbedded, migratePostgres } from './migrate.ts'

type NoSchema = Record<string, never>

/** Runs statements: the database itself or a transaction on it. What may join a transaction takes one of these. */
export type Queries = PgDatabase<PgQueryResultHKT, NoSchema, ExtractTablesWithRelations<NoSchema>>

export interface ConnectionCounts {
  open: number
  idle: number
  waiting: number
}

/** Postgres, or PGlite inside this process: same dialect, same migrations. */
export interface Database {
  readonly queries: Queries
  /** The same database as pg-boss wants it. */
  readonly jobs: JobsDatabase
  readonly backend: 'postgres' | 'pglite'
  connections(): ConnectionCounts
  /** @throws when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** pg-boss inside one of our transactions. */
export function jobsIn(tx: Queries): JobsDatabase {
  return fromDrizzle(tx as unknown as DrizzleTransactionLike, sql)
}

/** Opens Postgres and brings its schema up to date. `onFault` hears of idle connections that broke; none ends the process. */
export async function openPostgres(
  url: string,
  onFault: (error: Error) => void,
  { maxConnections = 10 } = {},
): Promise<Database> {
  await migratePostgres(url)
  const open = (max: number) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: 'conch',
    })
    pool.on('error', onFault)
    // A connection that breaks while it is checked out but idle between two statements reports here, not to the pool.
    pool.on('connect', client => client.on('error', onFault))
    return pool
  }
  const pool = open(maxConnections)
  // Heartbeats must not wait behind requests: a process that is late with them loses its tasks.
  const jobsPool = open(2)
  return {
    queries: overPool(pool),
    jobs: { executeSql: (text, values) => jobsPool.query(text, values as unknown[]) },
    backend: 'postgres',
    connections: () => ({
      open: pool.totalCount + jobsPool.totalCount,
      idle: pool.idleCount + jobsPool.idleCount,
      waiting: pool.waitingCount + jobsPool.waitingCount,
    }),
    ping: async () => void (await pool.query('select 1')),
    async close() {
      await Promise.all([pool.end(), jobsPool.end()])
    },
  }
}

/**
 * Drizzle over a pool, with transactions that give their connection back however they end. Drizzle's own keep it for good
 * when `begin` fails, as on an idle connection that broke unnoticed: after a restart of Postgres the pool would be empty.
 */
function overPool(pool: pg.Pool): Queries {
  const queries: Queries = overPg({ client: pool })
  queries.transaction = async (run, options) => {
    const client = await pool.connect()
    try {
      const connection: Queries = overPg({ client })
      return await connection.transaction(run, options)
    } finally {
      // One that could not even roll back is not used again.
      client.release(client.getTransactionStatus() !== 'I')
    }
  }
  return queries
}

/** Opens the embedded database in `folder` (`undefined`: in memory). The caller holds the folder's lock. */
export async function openEmbedded(folder: string | undefined): Promise<Database> {
  const pglite = await PGlite.create(folder)
  await migrateEmbedded(pglite)
  return {
    queries: overPglite({ client: pglite }),
    jobs: fromPglite(pglite),
    backend: 'pglite',
    connections: () => ({ open: 1, idle: 1, waiting: 0 }),
    ping: async () => void (await pglite.query('select 1')),
    close: () => pglite.close(),
  }
}
