import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad, pinServer } from './support/cores.ts'
import { gauge, type Instance, withInstances } from './support/instances.ts'
import { read, send } from './support/load.ts'
import { onPostgres, quantile, report } from './support/measure.ts'
import { Model, timeToken } from './support/model.ts'
import { anyReview, startConch, submitTask } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 2)

const streams = 100
const pace = { tokens: 280, perSecond: 20 }

/** Of the 14 s that a text takes, the middle is measured: tokens, and no tasks that begin or end. */
const leaveOutMs = 2_000
const measureMs = 8_000

/** Where tasks run, where their second watcher is, and whose processor time counts, by name. */
interface Setup {
  name: string
  runs: Instance
  follows: Instance
  processes: Record<string, number>
}

interface Measured {
  /** Processor time per token, by name of the process. */
  micros: Record<string, number>
  /** Milliseconds from the model to a client, of each token. */
  near: number[]
  far: number[]
}

/**
 * The cost of following tasks at another instance than the one that runs them, by way of Redis, and the delay of their
 * tokens. Each task has two watchers: both at one instance alone, without Redis; or one at each of two, where
 * each token is measured at both in one run. All instances and the Redis share the core of the server, of which less than half
 * is used.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  model.pace = pace
  model.token = timeToken
  await onPostgres(({ env }) =>
    withContext(async t => {
      const alone = await startConch(t, { env: { ...env, OPENAI_BASE_URL: model.baseUrl } })
      await withInstances(model, async ([first, second], redis) => {
        for (const { pid } of [first, second, redis]) pinServer(pid)
        const one: Setup = { name: 'one instance', runs: alone, follows: alone, processes: { first: alone.pid } }
        const two: Setup = {
          name: 'two instances and Redis',
          runs: first,
          follows: second,
          processes: { first: first.pid, second: second.pid, Redis: redis.pid },
        }
        await report('replicas', await inTurns(model, one, two))
      })
    }),
  )
})

async function inTurns(model: Model, one: Setup, two: Setup): Promise<Record<string, unknown>[]> {
  const measured = new Map<Setup, Measured[]>([one, two].map(setup => [setup, []]))
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [setup, found] of measured) {
      const result = await measure(model, setup)
      if (round > 0) found.push(result)
    }
  }
  let cost = 0
  return Array.from(measured, ([{ name, processes }, found]) => {
    const micros = (process: string) =>
      quantile(
        found.map(({ micros }) => micros[process] ?? Number.NaN),
        0.5,
      )
    const names = Object.keys(processes)
    const sum = names.reduce((all, process) => all + micros(process), 0)
    cost ||= sum
    const [near, far] = [found.flatMap(({ near }) => near), found.flatMap(({ far }) => far)]
    return {
      setup: name,
      'CPU per token (µs)': rounded(sum),
      'of it': names.map(process => `${process} ${rounded(micros(process))}`).join(', '),
      'times one': Number((sum / cost).toFixed(2)),
      'first watcher p50, p99 (ms)': `${rounded(quantile(near, 0.5))}, ${rounded(quantile(near, 0.99))}`,
      'second watcher p50, p99 (ms)': `${rounded(quantile(far, 0.5))}, ${rounded(quantile(far, 0.99))}`,
      'added p50, p99 (ms)': `${rounded(quantile(far, 0.5) - quantile(near, 0.5))}, ${rounded(quantile(far, 0.99) - quantile(near, 0.99))}`,
    }
  })
}

/** @throws when the two watchers of a task did not get the same tokens, all of them. */
async function measure(model: Model, { runs, follows, processes }: Setup): Promise<Measured> {
  const agent = new Agent({ keepAlive: true })
  const watchers = { near: watcher(), far: watcher() }
  const other = follows === runs ? undefined : follows
  // A stopped instance takes nothing from the queue.
  if (other) process.kill(other.pid, 'SIGSTOP')
  const tasks = await Promise.all(
    Array.from({ length: streams }, () => submitTask(`${runs.url}/api/reviews`, anyReview, agent)),
  )
  while ((await gauge(runs.url, 'conch_running_outputs')) < streams) await delay(20)
  if (other) process.kill(other.pid, 'SIGCONT')
  const ended = tasks.flatMap(({ streamUrl, cookie }) =>
    (['near', 'far'] as const).map(async where => {
      const url = where === 'near' ? streamUrl : streamUrl.replace(runs.url, follows.url)
      const stream = await send(url, { agent, headers: { cookie, accept: 'text/event-stream' } })
      await read(stream, watchers[where].arrived(streamUrl))
    }),
  )
  await delay(leaveOutMs)
  const before = Object.values(processes).map(pid => cpuMicros([pid]))
  watchers.near.delays.length = 0
  watchers.far.delays.length = 0
  await delay(measureMs)
  const after = Object.values(processes).map(pid => cpuMicros([pid]))
  const near = watchers.near.delays.slice()
  const far = watchers.far.delays.slice()
  await Promise.all(ended)
  agent.destroy()
  for (const { streamUrl } of tasks) {
    const [times, others] = [watchers.near.times.get(streamUrl), watchers.far.times.get(streamUrl)]
    if (times?.length !== model.pace.tokens || times.join() !== others?.join())
      throw new Error(`${streamUrl}: ${times?.length} tokens, ${others?.length} at the other watcher`)
  }
  const micros = Object.keys(processes).map((name, index) => {
    const used = (after[index] ?? Number.NaN) - (before[index] ?? Number.NaN)
    return [name, used / near.length]
  })
  return { micros: Object.fromEntries(micros), near, far }
}

/** Reads times from event streams: by stream, and how long before its arrival each was sent. */
function watcher() {
  const delays: number[] = []
  const times = new Map<string, string[]>()
  const arrived = (stream: string) => {
    const found: string[] = []
    times.set(stream, found)
    return (bytes: Buffer, atMs: number) => {
      for (const [, time = ''] of bytes.toString('latin1').matchAll(/(\d+\.\d{3}) /g)) {
        found.push(time)
        delays.push(atMs - Number(time))
      }
    }
  }
  return { delays, times, arrived }
}

function rounded(value: number): number {
  return Number(value.toFixed(2))
}
