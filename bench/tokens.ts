import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { readStreams, type Subject, textOf } from './support/load.ts'
import { quantile, report } from './support/measure.ts'
import { Model, type Pace, plainToken } from './support/model.ts'
import { startConch, startModelPeer, startNginxProxy } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 3)

/** How production looks: one token per read. And how cheap it can become: many tokens wait when one is read. */
const regimes: { name: string; streams: number; pace: Pace }[] = [
  { name: 'paced', streams: 300, pace: { tokens: 600, perSecond: 30 } },
  { name: 'unpaced', streams: 50, pace: { tokens: 4_000 } },
]

/**
 * Processor time per token from the model to a client, of all that happens to it: with Conch a POST, the log, ids, resume,
 * coalescing, the event stream, and the text saved in a database that runs in the same process; with the others, less.
 * Each text is compared with what the model sent.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  const conch = await startConch(t, { env: { OPENAI_BASE_URL: model.baseUrl } })
  const subjects = [
    conch,
    await startModelPeer(t, 'raw pass-through', 'pass-through', model.baseUrl),
    await startModelPeer(t, 'OpenAI SDK loop', 'openai-sdk', model.baseUrl),
    await startModelPeer(t, 'AI SDK', 'ai-sdk', model.baseUrl),
    await startNginxProxy(t, model.baseUrl),
  ]
  const rows: Record<string, unknown>[] = []
  for (const { name, streams, pace } of regimes) {
    const micros = new Map(subjects.map(subject => [subject, [] as number[]]))
    // The first round warms up. All in turns, so that they have the same machine.
    for (let round = 0; round <= rounds; round++) {
      model.pace = round === 0 ? { ...pace, tokens: Math.ceil(pace.tokens / 4) } : pace
      for (const subject of subjects) {
        const perToken = await measure(subject, streams, model.pace)
        if (round > 0) micros.get(subject)?.push(perToken)
      }
    }
    const median = (subject: Subject) => quantile(micros.get(subject) ?? [], 0.5)
    for (const subject of subjects) {
      rows.push({
        regime: name,
        server: subject.name,
        'CPU per token (µs)': Number(median(subject).toFixed(1)),
        'Conch / it': Number((median(conch) / median(subject)).toFixed(2)),
        'each round (µs)': micros
          .get(subject)
          ?.map(value => value.toFixed(1))
          .join(' '),
      })
    }
  }
  await report('tokens', rows)
})

/** Microseconds of processor time per token. @throws when a client got another text than the model sent */
async function measure(subject: Subject, streams: number, { tokens }: Pace): Promise<number> {
  const received: Buffer[][] = []
  const before = cpuMicros(subject.pids)
  await readStreams(subject, streams, () => {
    const parts: Buffer[] = []
    received.push(parts)
    return bytes => void parts.push(bytes)
  })
  const micros = cpuMicros(subject.pids) - before
  const sent = Array.from({ length: tokens }, plainToken).join('')
  for (const parts of received) {
    if (textOf(Buffer.concat(parts).toString()) !== sent) throw new Error(`${subject.name}: another text than was sent`)
  }
  return micros / (streams * tokens)
}
