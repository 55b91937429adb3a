import { Agent } from 'node:http'
import { json } from 'node:stream/consumers'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { send } from './support/load.ts'
import { onPostgres, quantile, report } from './support/measure.ts'
import { Model } from './support/model.ts'
import { startConch, startPeer, temporaryFolder } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
const secondsPerRound = Number(process.env.SECONDS ?? 4)
/** Clients, each of which sends its next POST when its last one is answered. */
const clients = 32
/** A diary entry of about 1 KB. */
const review = { type: 'FEELING', body: '오늘은 시험을 봤다. 생각보다 잘 본 것 같아서 기분이 좋다. '.repeat(13) }

/** A server that takes POSTs at `url`. */
interface Server {
  name: string
  url: string
  pid: number
}

type Env = Record<string, string>

interface Round {
  perSecond: number
  microsEach: number
  timesMs: number[]
}

/**
 * POSTs per second until their 202, and the cost of one for the server, on the embedded database and on the Postgres that
 * `DATABASE_URL` names; beside a server that stores the same two rows by hand, in its own database.
 *
 * The model never ends its first answer and only one may run, so that all others wait: other benches measure running.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  model.pace = { tokens: 0, pauses: true }
  const rows = await compare('embedded', model.baseUrl, {}, {})
  if (process.env.DATABASE_URL)
    await onPostgres(({ env }) =>
      onPostgres(async rival => void rows.push(...(await compare('Postgres', model.baseUrl, env, rival.env)))),
    )
  await report('submit', rows)
})

async function compare(
  database: string,
  modelUrl: string,
  env: Env,
  rivalEnv: Env,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  await withContext(async t => {
    const waiting = { MAX_RUNNING_OUTPUTS: '1', MAX_QUEUED_TASKS: '1000000', UPSTREAM_HEADERS_SECONDS: '600' }
    const conch = await startConch(t, { env: { ...env, ...waiting, OPENAI_BASE_URL: modelUrl } })
    const rival = await startPeer(t, 'two-inserts', { ...rivalEnv, DATA_DIR: await temporaryFolder(t) })
    const servers = [
      { name: 'Conch', url: `${conch.url}/api/reviews`, pid: conch.pid },
      { name: 'two inserts', url: rival.url, pid: rival.pid },
    ]
    const measured = new Map<Server, Round[]>(servers.map(server => [server, []]))
    // The first round warms up.
    for (let round = 0; round <= rounds; round++)
      for (const server of servers) {
        const one = await post(server)
        if (round > 0) measured.get(server)?.push(one)
      }
    const median = (server: Server, of: (round: Round) => number) => quantile(measured.get(server)?.map(of) ?? [], 0.5)
    const [ours, theirs] = servers.map(server => median(server, ({ perSecond }) => perSecond)) as [number, number]
    for (const server of servers)
      rows.push({
        database,
        server: server.name,
        'POSTs per second': Math.round(median(server, ({ perSecond }) => perSecond)),
        'Conch / it': Number((ours / (server.name === 'Conch' ? ours : theirs)).toFixed(2)),
        'p50 (ms)': Number(median(server, ({ timesMs }) => quantile(timesMs, 0.5)).toFixed(1)),
        'p99 (ms)': Number(median(server, ({ timesMs }) => quantile(timesMs, 0.99)).toFixed(1)),
        'CPU per POST (µs)': Math.round(median(server, ({ microsEach }) => microsEach)),
        'each round (per second)': measured
          .get(server)
          ?.map(({ perSecond }) => Math.round(perSecond))
          .join(' '),
      })
  })
  return rows
}

/** Every client posts, one after the other, for as long as a round takes. @throws for an answer that names no new task */
async function post({ name, url, pid }: Server): Promise<Round> {
  const agent = new Agent({ keepAlive: true })
  const before = cpuMicros([pid])
  const began = performance.now()
  const timesMs: number[] = []
  const ids = new Set<string>()
  async function client(): Promise<void> {
    let cookie: string | undefined
    for (;;) {
      const sentAt = performance.now()
      if (sentAt - began > secondsPerRound * 1000) return
      const accepted = await send(url, { agent, body: review, headers: { ...(cookie && { cookie }) } })
      timesMs.push(performance.now() - sentAt)
      // The owner stays the same.
      cookie ??= accepted.headers['set-cookie']?.[0]?.split(';')[0]
      ids.add(((await json(accepted)) as { taskId: string }).taskId)
    }
  }
  try {
    await Promise.all(Array.from({ length: clients }, client))
  } finally {
    agent.destroy()
  }
  if (ids.size !== timesMs.length) throw new Error(`${name}: ${timesMs.length} POSTs made ${ids.size} tasks`)
  const seconds = (performance.now() - began) / 1000
  return { perSecond: ids.size / seconds, microsEach: (cpuMicros([pid]) - before) / ids.size, timesMs }
}
