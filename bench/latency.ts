import { withContext } from './support/context.ts'
import { pinLoad } from './support/cores.ts'
import { type Arrived, readStreams, type Subject } from './support/load.ts'
import { eachBackend, quantile, report } from './support/measure.ts'
import { Model, type Pace, timeToken } from './support/model.ts'
import { direct, startConch, startModelPeer, startNginxProxy } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
/** Limits the subjects besides the model itself and nginx, as a regular expression: `ONLY=Postgres`. */
const wanted = RegExp(process.env.ONLY ?? '')
const streams = 500
const pace: Pace = { tokens: 300, perSecond: 20 }

/**
 * The time of a token from the model to a client, at 500 streams of 20 tokens a second. Each token is the time at which it
 * was sent, and model and clients are one process, with one clock. The time from the model to a client with nothing between
 * is part of every figure.
 *
 * Only tokens that are sent while all 500 streams run count. Those from the first request to the last stream's end have their
 * own column: it includes the start of 500 streams at once, which is a task each for Conch and a connection for a proxy.
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
  const found = new Map(measured.map(subject => [subject, [] as Times[]]))
  // In turns, so that all have the same machine.
  for (let round = 0; round < rounds; round++)
    for (const [subject, each] of found) {
      const times = await measure(subject, pace)
      if (times.steady.length < times.all.length / 4) throw new Error(`${subject.name}: hardly all at the same time`)
      each.push(times)
    }
  const medians = Array.from(found, ([{ name }, each]) => {
    const median = (of: (times: Times) => readonly number[], share: number) =>
      quantile(
        each.map(times => quantile(of(times), share)),
        0.5,
      )
    return {
      name,
      p50: median(({ steady }) => steady, 0.5),
      p99: median(({ steady }) => steady, 0.99),
      p99OfAll: median(({ all }) => all, 0.99),
    }
  })
  const nothing = medians[0]
  const nginx = medians.at(-1)
  if (!nothing || !nginx) return
  await report(
    'latency',
    medians.map(({ name, p50, p99, p99OfAll }) => ({
      server: name,
      'p50 (ms)': rounded(p50),
      'p99 (ms)': rounded(p99),
      'p50 over direct (ms)': rounded(p50 - nothing.p50),
      'p99 / that of nginx': rounded(p99 / nginx.p99),
      'p99 with begin and end (ms)': rounded(p99OfAll),
    })),
  )
})

/** Milliseconds from the model to a client, of each token. */
interface Times {
  all: number[]
  /** Of the tokens that were sent while all streams ran. */
  steady: number[]
}

interface Token {
  sent: number
  arrived: number
}

/** @throws when a token did not arrive */
async function measure(subject: Subject, { tokens }: Pace): Promise<Times> {
  const found: Token[][] = []
  await readStreams(subject, streams, () => {
    const ofStream: Token[] = []
    found.push(ofStream)
    return tokensInto(ofStream)
  })
  const all = found.flat()
  if (all.length !== streams * tokens) throw new Error(`${subject.name}: ${all.length} tokens of ${streams * tokens}`)
  const from = Math.max(...found.map(ofStream => ofStream[0]?.sent ?? 0))
  const to = Math.min(...found.map(ofStream => ofStream.at(-1)?.sent ?? 0))
  const steady = all.filter(({ sent }) => sent >= from && sent <= to)
  const time = ({ sent, arrived }: Token) => arrived - sent
  return { all: all.map(time), steady: steady.map(time) }
}

/** Reads the tokens of one stream. A token may come in two pieces. */
function tokensInto(tokens: Token[]): Arrived {
  let rest = ''
  return (bytes, now) => {
    const text = rest + bytes.toString('latin1')
    let end = 0
    for (const found of text.matchAll(/"(?:delta|content)":"((?:\d+\.\d{3} )+)"/g)) {
      for (const sent of (found[1] ?? '').trim().split(' ')) tokens.push({ sent: Number(sent), arrived: now })
      end = found.index + found[0].length
    }
    rest = text.slice(end)
  }
}

function rounded(ms: number): number {
  return Number(ms.toFixed(2))
}
