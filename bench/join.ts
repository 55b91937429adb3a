import { StringDecoder } from 'node:string_decoder'
import type { Test } from 'tap'
import { withContext } from './support/context.ts'
import { cpuMicros, pinLoad } from './support/cores.ts'
import { send, textOf } from './support/load.ts'
import { quantile, report } from './support/measure.ts'
import { Model, plainToken } from './support/model.ts'
import { anyReview, startConch, startPeer, submitTask, temporaryFolder } from './support/subjects.ts'

const rounds = Number(process.env.ROUNDS ?? 3)
const tokens = 4_000
/** Clients that connect at the same time. */
const atOnce = 10
/** The kernel counts in hundredths of a second, so the measurement lasts at least this long. */
const enoughMicros = 500_000
/** Tasks that are not in memory; each is joined once, since it is in memory afterwards. */
const savedPerRound = 100

/** The stream of a text of this many tokens. */
interface Place {
  server: string
  path: string
  cookie?: string
  tokens: number
  ends: boolean
}

/** A stream to join; each call of `place` is one client. */
interface Case {
  name: string
  pid: number
  place(): Place
  /** The most clients in one round. */
  most?: number
}

/**
 * The cost of joining late: bytes that a client receives (HTTP heads and chunks included), and processor time of the
 * server, for a client that joins a text of 4,000 tokens when all or half of it is there. Each client has its own
 * connection, as a page that was just opened, and each text is compared with what the model sent.
 *
 * "Saved" is a task of a server that was restarted since, so that it is not in memory: rows are read and decrypted.
 * Beside it, a server that keeps the events in an array and replays all of them.
 */
await withContext(async t => {
  pinLoad()
  const cases = await startCases(t)
  const measured = new Map(cases.map(one => [one, [] as Joins[]]))
  // The first round warms up.
  for (let round = 0; round <= rounds; round++)
    for (const one of cases) {
      const joins = await measure(one)
      if (round > 0) measured.get(one)?.push(joins)
    }
  await report(
    'join',
    cases.map(one => {
      const all = measured.get(one) ?? []
      const micros = all.map(({ micros }) => micros)
      const bytes = quantile(
        all.map(({ bytes }) => bytes),
        0.5,
      )
      return {
        joined: one.name,
        'bytes on the wire': bytes,
        "bytes / text's": Number((bytes / Buffer.byteLength(textSent(one.place().tokens))).toFixed(2)),
        'CPU per join (µs)': Math.round(quantile(micros, 0.5)),
        'each round (µs)': micros.map(Math.round).join(' '),
      }
    }),
  )
})

async function startCases(t: Test): Promise<Case[]> {
  const model = await Model.start(t)
  const env = { DATA_DIR: await temporaryFolder(t), OPENAI_BASE_URL: model.baseUrl, UPSTREAM_IDLE_SECONDS: '600' }

  const before = await startConch(t, { env })
  // The saved text is the same if the model sends it in a few pieces.
  model.pace = { tokens: 40 }
  model.token = () => plainToken().repeat(tokens / 40)
  const written: Place[] = []
  while (written.length < savedPerRound * (rounds + 1)) written.push(await submitted(before.url, true))
  await before.stop()

  const conch = await startConch(t, { env })
  const saved = written.map(place => ({ ...place, server: conch.url }))
  model.token = plainToken
  model.pace = { tokens }
  const finished = await submitted(conch.url, true)
  model.pace = { tokens: tokens / 2, pauses: true }
  const half = await submitted(conch.url, false)
  const { url, pid } = await startPeer(t, 'replay')
  const all = { server: url, path: `/?frames=${tokens}&ends`, tokens, ends: true }
  const some = { server: url, path: `/?frames=${tokens / 2}`, tokens: tokens / 2, ends: false }
  let next = 0
  return [
    { name: 'finished', pid: conch.pid, place: () => finished },
    { name: 'finished: every event', pid, place: () => all },
    { name: 'half', pid: conch.pid, place: () => half },
    { name: 'half: every event', pid, place: () => some },
    { name: 'saved', pid: conch.pid, place: () => saved[next++ % saved.length] as Place, most: savedPerRound },
  ]
}

/** A new task, once its text is there: half of it if the task does not end. */
async function submitted(server: string, ends: boolean): Promise<Place> {
  const { streamUrl, cookie } = await submitTask(`${server}/api/reviews`, anyReview)
  const place = { server, path: new URL(streamUrl).pathname, cookie, tokens: ends ? tokens : tokens / 2, ends }
  await joinAt(place)
  return place
}

interface Joins {
  micros: number
  bytes: number
}

/** The cost of one client. */
async function measure({ pid, place, most = Number.POSITIVE_INFINITY }: Case): Promise<Joins> {
  const before = cpuMicros([pid])
  let micros = 0
  let joined = 0
  let bytes = 0
  while (micros < enoughMicros && joined < most) {
    const received = await Promise.all(Array.from({ length: atOnce }, () => joinAt(place())))
    joined += received.length
    for (const count of received) bytes += count
    micros = cpuMicros([pid]) - before
  }
  return { micros: micros / joined, bytes: Math.round(bytes / joined) }
}

/** Reads until the text is there, and to the end if there is one; resolves with the bytes. @throws when the text differs */
async function joinAt({ server, path, cookie, tokens, ends }: Place): Promise<number> {
  const stream = await send(`${server}${path}`, {
    agent: false,
    headers: { accept: 'text/event-stream', ...(cookie && { cookie }) },
  })
  const sent = textSent(tokens)
  const decoder = new StringDecoder('utf8')
  let unread = ''
  let text = ''
  for await (const bytes of stream) {
    unread += decoder.write(bytes)
    const end = unread.lastIndexOf('\n\n') + 1
    text += textOf(unread.slice(0, end))
    unread = unread.slice(end)
    if (!ends && text.length >= sent.length) break
  }
  if (text !== sent) throw new Error(`${server}${path}: another text than was sent`)
  return stream.socket.bytesRead
}

function textSent(tokens: number): string {
  return Array.from({ length: tokens }, plainToken).join('')
}
