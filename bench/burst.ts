import { Agent } from 'node:http'
import type { Test } from 'tap'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { read, type Subject, textOf } from './support/load.ts'
import { onEachBackend, quantile, report, seconds } from './support/measure.ts'
import { idle } from './support/memory.ts'
import { Model, type Pace, plainToken } from './support/model.ts'
import { direct, startConch } from './support/subjects.ts'

/** Tasks at once, of one output each: the quiz maker's hundredth user waited 25 minutes. */
const bursts = (process.env.BURSTS ?? '1 100 500 2000').split(' ').map(Number)

/**
 * What the model takes for each: 15 s, as a text of 500 tokens of OpenAI's does, but in 60 pieces. What tokens cost is
 * measured by `bench:tokens`; of 500 tokens each, 2,000 texts would be 67,000 a second, all that a core of Node passes on raw.
 * Here it is to be what a burst of tasks costs.
 */
const pace: Pace = { tokens: 60, perSecond: 4 }

/** Of a first burst, that compiles what the others run. */
const warmUp = { tasks: 500, pace: { tokens: 10, perSecond: 10 } }

/**
 * Many tasks at once must end when one does: each waits for the model, and hardly for the others. From the first POST until
 * the last text is there and saved. Beside the same load on the model itself, with nothing between, which must not be what
 * takes long. Each text is compared with what the model sent.
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

/** With more outputs at once than its default, 1,000, which would take the tasks of the largest burst in turns. */
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
    // What follows from the tasks before, such as their domain events, is done.
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

/** Milliseconds from the beginning of all until each stream had its head, and its end. @throws when a text is another */
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
