import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { anyRecord } from '../test/support/any-record.ts'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { read, type Subject, send, textOf } from './support/load.ts'
import { onEachBackend, quantile, report, seconds } from './support/measure.ts'
import { idle } from './support/memory.ts'
import { Model, type Pace, plainToken } from './support/model.ts'
import { direct, startConch, submitTask } from './support/subjects.ts'

/** Concurrent tasks, of one output each: the quiz maker's hundredth user waited 25 minutes. */
const bursts = (process.env.BURSTS ?? '1 100 500 2000').split(' ').filter(Boolean).map(Number)

/**
 * The time the model takes for each text: 15 s, as OpenAI's does for 500 tokens, but in 60 pieces. `bench:tokens` measures the
 * cost of tokens; with 500 tokens each, 2,000 texts would be 67,000 tokens a second, all that a core of Node passes on raw.
 * This bench measures the cost of a burst of tasks.
 */
const pace: Pace = { tokens: 60, perSecond: 4 }

/** The size of a first burst, which compiles the code that the others run. */
const warmUp = { tasks: 500, pace: { tokens: 10, perSecond: 10 } }

/** Of the cold bursts: records of three texts, as teachers have them written, each text of 5 s. */
const cold = {
  bursts: (process.env.COLD_BURSTS ?? '1 100 500').split(' ').map(Number),
  rounds: Number(process.env.ROUNDS ?? 3),
  outputs: 3,
  pace: { tokens: 20, perSecond: 4 },
}

/** Another checkout, whose cold bursts are measured as well. */
const checkout = process.env.CHECKOUT

/**
 * Many concurrent tasks must end when one does: each waits for the model, and hardly for the others. Measured from the first
 * POST until the last text is there and saved. The same load on the model alone shows that the model is not the limit.
 * Each text is compared with what the model sent.
 *
 * Before that, cold: each burst in a process that has just started, on a folder that exists, with all cores. Its first requests
 * count, since those are what people send.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  const rows: Record<string, unknown>[] = []
  await onEachBackend(({ name, env }) =>
    withContext(async t => {
      const before = checkout ? await coldBursts(t, model, { name: `${checkout}, ${name}`, env, checkout }) : []
      rows.push(...before, ...(await coldBursts(t, model, { name: `Conch, ${name}`, env })))
    }),
  )
  if (bursts.length === 0) return report('burst', rows)
  rows.push(...(await burstsOf(model, direct(model.baseUrl))))
  await onEachBackend(({ name, env }) =>
    withContext(async t => {
      rows.push(...(await burstsOf(model, await conch(t, model, `Conch, ${name}`, env))))
    }),
  )
  await report('burst', rows)
})

/** Allows more concurrent outputs than the default, 1,000, which would run the largest burst in turns. */
function conch(t: Test, model: Model, name: string, env: Record<string, string>): Promise<Subject> {
  return startConch(t, { name, env: { ...env, OPENAI_BASE_URL: model.baseUrl, MAX_RUNNING_OUTPUTS: '2500' } })
}

/** The medians of all rounds. */
async function coldBursts(
  t: Test,
  model: Model,
  { name, env, checkout }: { name: string; env: Record<string, string>; checkout?: string },
): Promise<Record<string, unknown>[]> {
  model.pace = cold.pace
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const start = (t: Test) =>
    startConch(t, {
      name,
      checkout,
      pinned: false,
      env: { OPENAI_BASE_URL: model.baseUrl, MAX_RUNNING_OUTPUTS: '2500', DATA_DIR: folder, ...env },
    })
  // Makes the folder.
  await withContext(async t => void (await start(t)))
  const rounds = await inTurns(cold.rounds, async () => {
    const found: ColdBurst[] = []
    for (const tasks of cold.bursts)
      await withContext(async t => void found.push(await recordsAtOnce((await start(t)).url, tasks)))
    return found
  })
  const median = (index: number, figure: (burst: ColdBurst) => number) =>
    quantile(
      rounds.map(round => figure(round[index] as ColdBurst)),
      0.5,
    )
  const single = median(0, ({ last }) => last)
  return cold.bursts.map((tasks, index) => ({
    server: `${name}, cold`,
    tasks: `${tasks} x ${cold.outputs}`,
    'POST, p50 (ms)': Math.round(median(index, ({ posts }) => quantile(posts, 0.5))),
    'POST, p99 (ms)': Math.round(median(index, ({ posts }) => quantile(posts, 0.99))),
    'ended, last (s)': seconds(median(index, ({ last }) => last)),
    'last / single': Number((median(index, ({ last }) => last) / single).toFixed(3)),
  }))
}

interface ColdBurst {
  /** Milliseconds until each 202. */
  posts: number[]
  /** Milliseconds until the last text was there. */
  last: number
}

async function inTurns<T>(rounds: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let round = 0; round < rounds; round++) results.push(await run())
  return results
}

/** Each of an owner of its own. @throws when a text differs from what the model sent */
async function recordsAtOnce(url: string, tasks: number): Promise<ColdBurst> {
  const agent = new Agent({ keepAlive: true })
  const sent = Array.from({ length: cold.pace.tokens }, plainToken).join('')
  const posts: number[] = []
  const began = performance.now()
  const one = async () => {
    const { streamUrl, cookie } = await submitTask(`${url}/api/records`, anyRecord, agent)
    posts.push(performance.now() - began)
    const parts: Buffer[] = []
    const headers = { cookie, accept: 'text/event-stream' }
    await read(await send(streamUrl, { agent, headers }), bytes => parts.push(bytes))
    const ended = performance.now() - began
    const stream = Buffer.concat(parts).toString()
    for (let output = 0; output < cold.outputs; output++)
      if (textOf(stream, String(output)) !== sent) throw new Error(`text ${output} is another than was sent`)
    return ended
  }
  try {
    const ended = await Promise.all(Array.from({ length: tasks }, one))
    return { posts, last: Math.max(...ended) }
  } finally {
    agent.destroy()
  }
}

async function burstsOf(model: Model, subject: Subject): Promise<Record<string, unknown>[]> {
  model.pace = warmUp.pace
  await burst(subject, warmUp.tasks, warmUp.pace)
  model.pace = pace
  const rows: Record<string, unknown>[] = []
  let single = 0
  for (const tasks of bursts) {
    // The work that follows from the tasks before, such as their domain events, is done.
    for (const pid of subject.pids) await idle(pid)
    const before = cpuMicros(subject.pids)
    const { opened, ended } = await burst(subject, tasks, pace)
    const micros = cpuMicros(subject.pids) - before
    const last = Math.max(...ended)
    single ||= last
    rows.push({
      server: subject.name,
      tasks,
      'stream open, last (s)': seconds(Math.max(...opened)),
      'ended, median (s)': seconds(quantile(ended, 0.5)),
      'ended, last (s)': seconds(last),
      'last / single': Number((last / single).toFixed(3)),
      'CPU per task (ms)': Number((micros / 1000 / tasks).toFixed(2)),
    })
  }
  return rows
}

/** Milliseconds from the start of the burst until each stream had its head, and its end. @throws when a text differs */
async function burst(
  subject: Subject,
  tasks: number,
  { tokens }: Pace,
): Promise<{ opened: number[]; ended: number[] }> {
  const agent = new Agent({ keepAlive: true })
  const opened: number[] = []
  const ended: number[] = []
  const received: Buffer[][] = []
  const began = performance.now()
  try {
    await Promise.all(
      Array.from({ length: tasks }, async () => {
        const stream = await subject.open(agent)
        opened.push(performance.now() - began)
        const parts: Buffer[] = []
        received.push(parts)
        await read(stream, bytes => parts.push(bytes))
        ended.push(performance.now() - began)
      }),
    )
  } finally {
    agent.destroy()
  }
  const sent = Array.from({ length: tokens }, plainToken).join('')
  for (const parts of received) {
    if (textOf(Buffer.concat(parts).toString()) !== sent) throw new Error(`${subject.name}: another text than was sent`)
  }
  return { opened, ended }
}
