import { type SQL, sql } from 'drizzle-orm'
import { drizzle as overPg } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { type DrizzleTransactionLike, fromDrizzle, type Db as JobsDatabase } from 'pg-boss'
import { openEmbeddedPool } from './embedded/embedded-pool.ts'
import { EmbeddedThread } from './embedded/embedded-thread.ts'
import { DatabaseUnavailable, isTransientFault } from './faults.ts'
import { heldLocksMs, migrateEmbedded, migratePostgres } from './migrate.ts'
import { qualifyColumns } from './qualified-columns.ts'
import { checkRoom } from './room-check.ts'
import { type Queries, withEffects } from './transaction.ts'

/**
 * How long a statement waits for a connection, of the pool or a new one. With `answerMs` less than the 10 s in which
 * requests are answered.
 */
const connectMs = 5_000

/**
 * The server's limit for a statement, waiting for locks included; then it reports 57014, and the connection is still
 * good.
 */
const statementMs = 4_000

/**
 * How long the driver waits for an answer: longer than the server takes to report its limit. After that the server is
 * taken for dead.
 */
const answerMs = 4_500

/**
 * The same for the maintenance of pg-boss: some of it goes through all jobs, and finishes although no caller waits for
 * it.
 */
const maintenanceMs = 60_000

/** Silence after which TCP probes the other end; Linux and Node give it 10 s more. The default is 2 hours. */
const keepAliveMs = 5_000

export type { Queries, Transaction } from './transaction.ts'
export type { JobsDatabase }

export interface ConnectionCounts {
  open: number
  idle: number
  waiting: number
}

/** Postgres, or PGlite in a thread of this process: same dialect, same protocol, same migrations. */
export interface Database {
  readonly queries: Queries
  /** The same database for pg-boss. */
  readonly jobs: JobsDatabase
  /** The same for heartbeats: they wait for nothing else, and not for long. */
  readonly heartbeats: JobsDatabase
  readonly backend: 'postgres' | 'pglite'
  connections(): ConnectionCounts
  /** @throws when the database does not answer, or its disk is full. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** pg-boss inside one of our transactions. */
export function jobsIn(tx: Queries): JobsDatabase {
  return fromDrizzle(tx as unknown as DrizzleTransactionLike, sql)
}

/**
 * Lets pg-boss build a statement without running it: `onStatement` gets the statement, and pg-boss gets `rows` as its
 * result.
 */
export function jobsAside(onStatement: (statement: SQL) => void, rows: object[]): JobsDatabase {
  const execute = async (statement: unknown) => {
    onStatement(statement as SQL)
    return { rows }
  }
  return fromDrizzle({ execute } as DrizzleTransactionLike, sql)
}

/**
 * Opens Postgres and brings its schema up to date. `onFault` is called with faults of idle connections; none ends the
 * process.
 *
 * Nothing waits for ever, whatever happens to the network or the server: a statement fails, as a transient fault, when
 * it gets no connection in 5 s or no answer in 4.5 s, and with it its transaction. The locks of a process that hangs
 * are free after 10 s.
 */
export async function openPostgres(
  url: string,
  onFault: (error: Error) => void,
  { maxConnections = 10 } = {},
): Promise<Database> {
  await migratePostgres(url)
  const open = (max: number, options: Pick<pg.PoolConfig, 'query_timeout' | 'statement_timeout' | 'types'>) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: connectMs,
      idleTimeoutMillis: 30_000,
      idle_in_transaction_session_timeout: heldLocksMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveMs,
      application_name: 'conch',
      ...options,
    })
    pool.on('error', onFault)
    // A connection that breaks while it is checked out but idle between two statements reports here, not to the pool.
    pool.on('connect', client => client.on('error', onFault))
    return pool
  }
  const short = { query_timeout: answerMs, statement_timeout: statementMs }
  const pool = open(maxConnections, { ...short, types: timesAsText })
  const jobsPool = open(2, { query_timeout: maintenanceMs })
  // Heartbeats must not wait behind requests: a process with late heartbeats loses its tasks.
  const heartbeatPool = open(2, short)
  const pools = [pool, jobsPool, heartbeatPool]
  return {
    queries: withEffects(overPool(pool), onFault),
    jobs: { executeSql: (text, values) => jobsPool.query(text, values as unknown[]) },
    heartbeats: { executeSql: (text, values) => heartbeatPool.query(text, values as unknown[]) },
    backend: 'postgres',
    connections: () => countsOf(pools),
    ping: () => checkRoom(statements => pool.query(statements)),
    async close() {
      await Promise.all(pools.map(one => one.end()))
    },
  }
}

/**
 * Type parsers that drizzle asks of the driver with each statement: times and dates, and lists of them, as Postgres
 * writes them.
 */
const timesAsText: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    textTypes.has(type) ? (value: string) => value : pg.types.getTypeParser(type, format as 'text'),
}
const { DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL } = pg.types.builtins
const textTypes = new Set<number>([DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL, 1115, 1182, 1185, 1187, 1231])

/**
 * Drizzle over a pool, with transactions that always give their connection back. Drizzle's own keep it for good when
 * `begin` fails, as on an idle connection that broke unnoticed: after a restart of Postgres the pool would be empty.
 */
function overPool(pool: pg.Pool) {
  const queries = qualifyColumns(overPg({ client: pool }))
  queries.transaction = async (run, options) => {
    const client = await pool.connect().catch(cause => {
      throw new DatabaseUnavailable(cause)
    })
    let released = false
    const release = (broken: boolean) => {
      if (!released) client.release(broken)
      released = true
    }
    // The driver keeps a connection on which a statement timed out, and the next statement, the rollback, waits behind
    // it for as long again. For a single statement the pool closes the connection.
    const query = (config: pg.QueryConfig & { rowMode?: 'array' }, values: unknown[]) => {
      // The driver copies a config object, in a way that cost an eighth of a POST; a plain text it does not.
      if (released) return Promise.reject(new Error('the transaction has ended'))
      const plain = !config.rowMode && !config.name
      const result = plain ? client.query(config.text, values) : client.query(config, values)
      return result.catch(fault => {
        if (isTransientFault(fault) && !(fault instanceof pg.DatabaseError)) release(true)
        throw fault
      })
    }
    try {
      const connection = qualifyColumns(overPg({ client: { query } as unknown as pg.PoolClient }))
      return await connection.transaction(run, options)
    } finally {
      // A connection that could not even roll back is not used again.
      release(client.getTransactionStatus() !== 'I')
    }
  }
  return queries
}

/**
 * Opens the embedded database in a folder (`undefined`: in memory), or the one of a thread that has been started. The caller holds
 * the folder's lock. `onFault` is called with faults of maintenance, which no caller awaits.
 */
export async function openEmbedded(
  place: string | undefined | EmbeddedThread,
  onFault: (error: Error) => void,
): Promise<Database> {
  const thread = place instanceof EmbeddedThread ? place : new EmbeddedThread(place, onFault)
  const { pool, close } = await openEmbeddedPool(thread, { types: timesAsText, onFault })
  try {
    await migrateEmbedded(pool)
  } catch (error) {
    await close()
    throw error
  }
  const jobs: JobsDatabase = {
    executeSql: (text, values) => pool.query({ text, values: values as unknown[], types: pg.types }),
  }
  return {
    queries: withEffects(overPool(pool), onFault),
    jobs,
    heartbeats: jobs,
    backend: 'pglite',
    connections: () => countsOf([pool]),
    ping: () => checkRoom(statements => pool.query(statements)),
    close,
  }
}

function countsOf(pools: readonly pg.Pool[]): ConnectionCounts {
  const sum = (count: (pool: pg.Pool) => number) => pools.reduce((all, one) => all + count(one), 0)
  return {
    open: sum(({ totalCount }) => totalCount),
    idle: sum(({ idleCount }) => idleCount),
    waiting: sum(({ waitingCount }) => waitingCount),
  }
}
