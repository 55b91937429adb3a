import { withContext } from './support/context.ts'
import { pinLoad } from './support/cores.ts'
import { type Arrived, readStreams, type Subject } from './support/load.ts'
import { eachBackend, quantile, report } from './support/measure.ts'
import { Model, type Pace, timeToken } from './support/model.ts'
import { direct, startConch, startModelPeer, startNginxProxy } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
/** To look at some only, besides the model itself and nginx, as a regular expression: `ONLY=Postgres`. */
const wanted = RegExp(process.env.ONLY ?? '')
const streams = 500
const pace: Pace = { tokens: 300, perSecond: 20 }

/**
 * What a token takes from the model to a client, at 500 streams of 20 tokens a second: each token is the time at which it
 * was sent, and model and clients are one process, with one clock. What the model takes to a client with nothing between
 * is part of every figure.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  model.token = timeToken
  const nothingBetween = direct(model.baseUrl)
  const subjects: Subject[] = []
  for (const { name, env } of (await eachBackend(t)).reverse())
    subjects.push(await startConch(t, { name: `Conch, ${name}`, env: { OPENAI_BASE_URL: model.baseUrl, ...env } }))
  subjects.push(
    await startModelPeer(t, 'raw pass-through', 'pass-through', model.baseUrl),
    await startModelPeer(t, 'AI SDK', 'ai-sdk', model.baseUrl),
  )
  const measured = [
    nothingBetween,
    ...subjects.filter(({ name }) => wanted.test(name)),
    await startNginxProxy(t, model.baseUrl),
  ]
  model.pace = { ...pace, tokens: 60 }
  for (const subject of measured) for (let round = 0; round < 4; round++) await measure(subject, model.pace)
  model.pace = pace
  const found = new Map(measured.map(subject => [subject, [] as { p50: number; p99: number }[]]))
  // In turns, so that all have the same machine.
  for (let round = 0; round < rounds; round++) {
    for (const [subject, each] of found) {
      const times = await measure(subject, pace)
      each.push({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) })
    }
  }
  const medians = Array.from(found, ([{ name }, each]) => ({
    name,
    p50: quantile(
      each.map(({ p50 }) => p50),
      0.5,
    ),
    p99: quantile(
      each.map(({ p99 }) => p99),
      0.5,
    ),
  }))
  const nothing = medians[0]
  const nginx = medians.at(-1)
  if (!nothing || !nginx) return
  await report(
    'latency',
    medians.map(({ name, p50, p99 }) => ({
      server: name,
      'p50 (ms)': rounded(p50),
      'p99 (ms)': rounded(p99),
      'p50 over direct (ms)': rounded(p50 - nothing.p50),
      'p99 / that of nginx': rounded(p99 / nginx.p99),
    })),
  )
})

/** Milliseconds from the model to a client, of each token. @throws when one did not arrive */
async function measure(subject: Subject, { tokens }: Pace): Promise<number[]> {
  const times: number[] = []
  await readStreams(subject, streams, () => timesInto(times))
  if (times.length !== streams * tokens)
    throw new Error(`${subject.name}: ${times.length} tokens of ${streams * tokens}`)
  return times
}

/** Reads the tokens of one stream. One may come in two pieces. */
function timesInto(times: number[]): Arrived {
  let rest = ''
  return (bytes, now) => {
    const text = rest + bytes.toString('latin1')
    let end = 0
    for (const found of text.matchAll(/"(?:delta|content)":"((?:\d+\.\d{3} )+)"/g)) {
      for (const sent of (found[1] ?? '').trim().split(' ')) times.push(now - Number(sent))
      end = found.index + found[0].length
    }
    rest = text.slice(end)
  }
}

function rounded(ms: number): number {
  return Number(ms.toFixed(2))
}
