import { Agent } from 'node:http'
import type { Test } from 'tap'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { read, type Subject, textOf } from './support/load.ts'
import { onEachBackend, quantile, report, seconds } from './support/measure.ts'
import { idle } from './support/memory.ts'
import { Model, type Pace, plainToken } from './support/model.ts'
import { direct, startConch } from './support/subjects.ts'

/** Concurrent tasks, of one output each: the quiz maker's hundredth user waited 25 minutes. */
const bursts = (process.env.BURSTS ?? '1 100 500 2000').split(' ').map(Number)

/**
 * The time the model takes for each text: 15 s, as OpenAI's does for 500 tokens, but in 60 pieces. `bench:tokens` measures the
 * cost of tokens; with 500 tokens each, 2,000 texts would be 67,000 tokens a second, all that a core of Node passes on raw.
 * This bench measures the cost of a burst of tasks.
 */
const pace: Pace = { tokens: 60, perSecond: 4 }

/** The size of a first burst, which compiles the code that the others run. */
const warmUp = { tasks: 500, pace: { tokens: 10, perSecond: 10 } }

/**
 * Many concurrent tasks must end when one does: each waits for the model, and hardly for the others. Measured from the first
 * POST until the last text is there and saved. The same load on the model alone shows that the model is not the limit.
 * Each text is compared with what the model sent.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  const rows: Record<string, unknown>[] = []
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
