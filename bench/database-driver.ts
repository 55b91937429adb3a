import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Fates } from './peers/transactions.ts'
import { onPostgres, report } from './support/measure.ts'

const transactions = 120

/** How often all backends that are in a transaction are terminated, while the transactions go on. */
const terminations = 3

const drivers = { pg: 'driver-pg', 'postgres (postgres.js)': 'driver-postgres' }

/**
 * What becomes of transactions whose backends are terminated in the middle, as by a failover or an administrator. Each must
 * settle, committed or failed, with both of its rows or none, and later queries must be answered. Each driver has ten connections, in a process of its own.
 * This table is why Conch uses `pg`: change the driver the day another one passes. Needs `DATABASE_URL`.
 */
const rows: Record<string, unknown>[] = []
for (const [driver, file] of Object.entries(drivers)) {
  await onPostgres(async ({ env }) => {
    const admin = new pg.Client({ connectionString: env.DATABASE_URL })
    await admin.connect()
    try {
      await admin.query('create table written (transaction integer)')
      const ended = new AbortController()
      const terminating = terminate(admin, driver, ended.signal)
      const fates = await run(file, driver, env).finally(() => ended.abort())
      const terminated = await terminating
      const halfWritten = await halvesOf(admin, driver, fates)
      rows.push({
        driver,
        transactions,
        'backends terminated': terminated,
        committed: fates.committed.length,
        'failed, and said so': fates.failed,
        'never settled': fates.neverSettled,
        'half written': halfWritten,
        'later queries answered / failed / hanging': `${fates.laterAnswered} / ${fates.laterFailed} / ${fates.laterHung}`,
        'uncaught errors': fates.uncaught,
      })
    } finally {
      await admin.end()
    }
  })
}
await report('database-driver', rows)

/** Terminates the driver's backends that are in a transaction, several times unless it ends before. Resolves with how many there were. */
async function terminate(admin: pg.Client, driver: string, ended: AbortSignal): Promise<number> {
  let terminated = 0
  for (let times = 0; times < terminations && !ended.aborted; ) {
    await delay(100)
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = $1 and state = 'idle in transaction'`,
      [driver],
    )
    if (!rowCount) continue
    terminated += rowCount
    times++
  }
  return terminated
}

async function run(file: string, driver: string, env: Record<string, string>): Promise<Fates> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`peers/${file}.ts`, import.meta.url))], {
    env: { PATH: process.env.PATH, ...env, NAME: driver, TRANSACTIONS: String(transactions) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [fates, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`${driver}: its process ended (${code})`)
  return JSON.parse(fates)
}

/**
 * How many transactions wrote one of their two rows. @throws when one that was said to be committed wrote none; one that failed
 * while it was being committed may have written both.
 */
async function halvesOf(admin: pg.Client, driver: string, { committed }: Fates): Promise<number> {
  const { rows } = await admin.query<{ transaction: number; count: number }>(
    'select transaction, count(*)::int from written group by transaction',
  )
  const counts = new Map(rows.map(({ transaction, count }) => [transaction, count]))
  for (const number of committed)
    if (!counts.has(number)) throw new Error(`${driver}: transaction ${number} was committed, and is not there`)
  return rows.filter(({ count }) => count !== 2).length
}
