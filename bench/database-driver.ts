import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Fates, Work } from './peers/transactions.ts'
import { onPostgres, report } from './support/measure.ts'

/** Concurrent transactions or statements. */
const pieces = 120

/** How often the bench strikes the busy backends, while the rest goes on. */
const strikes = 3

const drivers = { pg: 'driver-pg', 'postgres (postgres.js)': 'driver-postgres' }

/**
 * `terminated`: ended by the server, as in a failover or by an administrator. `frozen`: stopped, as on a machine that hangs;
 * the connection stays, and no answer comes until it runs again.
 */
type Strike = 'terminated' | 'frozen'

const scenarios: readonly { work: Work; strike: Strike }[] = [
  { work: 'transactions', strike: 'terminated' },
  { work: 'statements', strike: 'terminated' },
  { work: 'mixed', strike: 'terminated' },
  { work: 'mixed', strike: 'frozen' },
]

/**
 * The outcome of work whose backends are terminated or frozen in the middle. Each piece must settle, committed or failed,
 * with both of its rows or none, and later queries must get answers. Each driver has ten connections, in its own process.
 * This table is why Conch uses `pg`: change the driver the day another one passes. Needs `DATABASE_URL`, on this machine and
 * with the right to signal its processes for the frozen ones.
 */
const rows: Record<string, unknown>[] = []
for (const { work, strike } of scenarios) {
  for (const [driver, file] of Object.entries(drivers)) {
    await onPostgres(async ({ env }) => {
      const admin = new pg.Client({ connectionString: env.DATABASE_URL })
      await admin.connect()
      try {
        await admin.query('create table written (piece integer)')
        const ended = new AbortController()
        const striking = strikeAll(admin, { driver, work, strike, ended: ended.signal })
        const fates = await run(file, { driver, work }, env).finally(() => ended.abort())
        const struck = await striking
        const halfWritten = await halvesOf(admin, driver, fates)
        rows.push({
          driver,
          work,
          backends: `${struck} ${strike}`,
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
}
await report('database-driver', rows)

/**
 * Strikes the driver's busy backends, several times unless the driver ends before; frozen backends go on when it has
 * ended. Resolves with their number.
 */
async function strikeAll(
  admin: pg.Client,
  { driver, work, strike, ended }: { driver: string; work: Work; strike: Strike; ended: AbortSignal },
): Promise<number> {
  const state = work === 'transactions' ? 'idle in transaction' : work === 'statements' ? 'active' : '%'
  const struck = new Set<number>()
  for (let times = 0; times < strikes && !ended.aborted; ) {
    await delay(100)
    const { rows } = await admin.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and application_name = $1 and state like $2
       and not pid = any($3::int[])`,
      [driver, state, [...struck]],
    )
    if (rows.length === 0) continue
    for (const { pid } of rows) {
      struck.add(pid)
      if (strike === 'frozen') process.kill(pid, 'SIGSTOP')
      else await admin.query('select pg_terminate_backend($1)', [pid])
    }
    times++
  }
  if (strike === 'frozen') {
    if (!ended.aborted) await once(ended, 'abort')
    for (const pid of struck) process.kill(pid, 'SIGCONT')
  }
  return struck.size
}

async function run(
  file: string,
  { driver, work }: { driver: string; work: Work },
  env: Record<string, string>,
): Promise<Fates> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`peers/${file}.ts`, import.meta.url))], {
    env: { PATH: process.env.PATH, ...env, NAME: driver, WORK: work, PIECES: String(pieces) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [fates, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`${driver}: its process ended (${code})`)
  return JSON.parse(fates)
}

/**
 * How many pieces wrote one of their two rows. @throws when one that was reported as committed wrote none; one that failed
 * while it was being committed may have written both.
 */
async function halvesOf(admin: pg.Client, driver: string, { committed }: Fates): Promise<number> {
  const { rows } = await admin.query<{ piece: number; count: number }>(
    'select piece, count(*)::int from written group by piece',
  )
  const counts = new Map(rows.map(({ piece, count }) => [piece, count]))
  for (const number of committed)
    if (!counts.has(number)) throw new Error(`${driver}: piece ${number} was committed, and is not there`)
  return rows.filter(({ count }) => count !== 2).length
}
