import { setTimeout as delay } from 'node:timers/promises'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { readStreams, type Subject, textOf } from './support/load.ts'
import { eachBackend, quantile, report } from './support/measure.ts'
import { Model, type Pace, plainToken } from './support/model.ts'
import { startConch, startModelPeer, startNginxProxy } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
/** Limits the bench, as regular expressions: `REGIME=^paced ONLY=Conch`. */
const wanted = { regime: RegExp(process.env.REGIME ?? ''), server: RegExp(process.env.ONLY ?? '') }

/** Another checkout, whose server is measured in turns with this one's: `BESIDE=../before`. */
const beside = process.env.BESIDE

/** The load of production: one token per read. And the cheapest load: many tokens wait for each read. */
const regimes: { name: string; streams: number; pace: Pace }[] = [
  { name: 'paced', streams: 300, pace: { tokens: Number(process.env.TOKENS ?? 600), perSecond: 30 } },
  { name: 'unpaced', streams: 50, pace: { tokens: 4_000 } },
]

/**
 * Processor time per token from the model to a client, including everything until the client has the end: with Conch
 * the POST, the log, ids, resume, coalescing, the event stream and the saved text, on Postgres if `DATABASE_URL`
 * names one, and on the embedded database, which runs in the same process and counts with it; with the others, less.
 *
 * The cost of a task after its client has the end (its domain events are handled) is listed separately, per task. Each text is
 * compared with what the model sent.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  const ways: { name: string; start: () => Promise<Subject> }[] = []
  for (const [of, checkout] of [['', undefined], ...(beside ? [[', beside', beside] as const] : [])] as const) {
    for (const { name: backend, env } of (await eachBackend(t)).reverse()) {
      const name = `Conch, ${backend}${of}`
      ways.push({
        name,
        start: () => startConch(t, { name, env: { OPENAI_BASE_URL: model.baseUrl, ...env }, checkout }),
      })
    }
  }
  for (const [name, file] of [
    ['raw pass-through', 'pass-through'],
    ['OpenAI SDK loop', 'openai-sdk'],
    ['AI SDK', 'ai-sdk'],
  ] as const)
    ways.push({ name, start: () => startModelPeer(t, name, file, model.baseUrl) })
  ways.push({ name: 'nginx', start: () => startNginxProxy(t, model.baseUrl) })
  const measured: Subject[] = []
  for (const { name, start } of ways) if (wanted.server.test(name)) measured.push(await start())
  const rows: Record<string, unknown>[] = []
  for (const { name, streams, pace } of regimes.filter(regime => wanted.regime.test(regime.name))) {
    const costs = new Map(measured.map(subject => [subject, [] as Cost[]]))
    // The bench measures a server that has run for a while.
    model.pace = { ...pace, tokens: 60 }
    for (const subject of measured) for (let round = 0; round < 6; round++) await measure(subject, streams, model.pace)
    model.pace = pace
    // In turns, so that all have the same machine.
    for (let round = 0; round < rounds; round++) {
      for (const [subject, found] of costs) found.push(await measure(subject, streams, pace))
    }
    const perToken = Array.from(costs.values(), found =>
      quantile(
        found.map(cost => cost.perToken),
        0.5,
      ),
    )
    for (const [at, [subject, found]] of Array.from(costs).entries()) {
      rows.push({
        regime: name,
        server: subject.name,
        'CPU per token (µs)': Number(perToken[at]?.toFixed(1)),
        'Conch / it': Number(((perToken[0] ?? 0) / (perToken[at] ?? 0)).toFixed(2)),
        'each round (µs)': found.map(cost => cost.perToken.toFixed(1)).join(' '),
        'after its end, per task (ms)': Number(
          (
            quantile(
              found.map(cost => cost.after),
              0.5,
            ) / 1000
          ).toFixed(2),
        ),
      })
    }
  }
  await report('tokens', rows)
})

/** Microseconds of processor time. */
interface Cost {
  perToken: number
  /** Per task, once the clients have the end of all. */
  after: number
}

/** @throws when a client got another text than the model sent */
async function measure(subject: Subject, streams: number, { tokens }: Pace): Promise<Cost> {
  const received: Buffer[][] = []
  const before = cpuMicros(subject.pids)
  await readStreams(subject, streams, () => {
    const parts: Buffer[] = []
    received.push(parts)
    return bytes => void parts.push(bytes)
  })
  const ended = cpuMicros(subject.pids)
  const sent = Array.from({ length: tokens }, plainToken).join('')
  for (const parts of received) {
    if (textOf(Buffer.concat(parts).toString()) !== sent) throw new Error(`${subject.name}: another text than was sent`)
  }
  await quiet(subject)
  return { perToken: (ended - before) / (streams * tokens), after: (cpuMicros(subject.pids) - ended) / streams }
}

/** Resolves once the process is nearly idle. */
async function quiet({ pids }: Subject): Promise<void> {
  for (let before = cpuMicros(pids), used = Number.POSITIVE_INFINITY; used > 20_000; ) {
    await delay(500)
    const now = cpuMicros(pids)
    used = now - before
    before = now
  }
}
