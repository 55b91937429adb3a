import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createClock } from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { heartbeatMs, type Timers, unreadLimitMs } from '../../../src/sse/sse-stream.ts'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { EventStream } from '../../../src/tasks/log/event-stream.ts'
import { closed } from '../../support/closed.ts'
import { RecordedResponse } from '../../support/recorded-response.ts'
import { Transcript } from '../../support/transcript.ts'
import { Watcher } from '../../support/visitor.ts'

const ping = 'event: ping\ndata: {"type":"data-ping","data":{},"transient":true}\n\n'

t.test('a client gets everything, live, and the end', async t => {
  const log = begun()
  const client = await watch(t, log)
  log.append({ type: 'text-start', id: '0' })
  for (const delta of ['안녕', '하', '세요']) {
    log.delta(0, delta)
    await client.until(transcript => transcript.text(0).endsWith(delta))
  }
  log.append({ type: 'finish', finishReason: 'stop' })
  await client.ended
  t.equal(client.transcript.text(0), '안녕하세요')
  t.ok(client.transcript.done)
  t.match(client.raw, /^: open\nretry: \d{4}\n\nid: 1-1\n/)
})

t.test('resuming at every event that was sent gives the same text, byte for byte', async t => {
  const log = begun()
  const live = await watch(t, log)
  for (const id of ['0', '1', '2']) log.append({ type: 'text-start', id })
  for (let index = 0; index < 60; index++) {
    log.delta(index % 3, `${index} 가나다\n`)
    log.text(0) // ends the turn
    await live.until(({ lastId }) => lastId === `1-${log.lastId.seq}`)
  }
  for (const id of ['0', '1', '2']) log.append({ type: 'text-end', id })
  log.append({ type: 'finish', finishReason: 'stop' })
  await live.ended
  const whole = live.transcript
  t.equal(whole.ids.length, 68)
  for (const [index, id] of whole.ids.slice(0, -1).entries()) {
    const before = new Transcript()
    for (const [at, chunk] of whole.chunks.slice(0, index + 1).entries()) {
      before.take({ id: whole.ids[at] ?? '', data: JSON.stringify(chunk), event: undefined })
    }
    const client = await watch(t, log, { cursor: id })
    await client.ended
    for (const output of [0, 1, 2]) {
      t.equal(before.text(output) + client.transcript.text(output), whole.text(output), `output ${output} from ${id}`)
    }
  }
})

t.test('content cannot forge a frame, an id or a field', async t => {
  const hostile =
    'a\nid: 9-9\n\rdata: {"type":"finish"}\r\n\r\nevent: x\u2028retry: 1\u2029\u0085: c\n\n\ndata: [DONE]\n\n'
  const log = begun()
  log.append({ type: 'text-start', id: '0' })
  const client = await watch(t, log)
  log.delta(0, hostile)
  log.append({ type: 'finish', finishReason: 'stop' })
  await client.ended
  t.equal(client.transcript.text(0), hostile)
  t.same(client.transcript.ids, ['1-1', '1-2', '1-3', '1-4'])
  t.same(client.transcript.types(), ['start', 'text-start', 'text-delta', 'finish'])
})

t.test('after 10 s of silence there is a ping that pages hear, without an id', async t => {
  const clock = createClock()
  const client = await watch(t, begun(), { timers: clock as unknown as Timers })
  await client.until(({ lastId }) => lastId === '1-1')
  clock.tick(heartbeatMs)
  await client.until(() => client.raw.endsWith(`\n\n${ping}`))
  clock.tick(heartbeatMs)
  await client.until(() => client.raw.endsWith(`\n\n${ping}${ping}`))
  t.equal(client.transcript.lastId, '1-1')
  t.same(client.transcript.types(), ['start'], 'onmessage of an EventSource never sees it')
})

t.test('an event puts the ping off', async t => {
  const clock = createClock()
  const log = begun()
  const client = await watch(t, log, { timers: clock as unknown as Timers })
  await client.until(({ lastId }) => lastId === '1-1')
  clock.tick(heartbeatMs - 1_000)
  log.append({ type: 'text-start', id: '0' })
  await client.until(({ lastId }) => lastId === '1-2')
  clock.tick(heartbeatMs - 10)
  log.append({ type: 'text-end', id: '0' })
  await client.until(({ lastId }) => lastId === '1-3')
  t.notMatch(client.raw, /ping/)
  clock.tick(heartbeatMs)
  await client.until(() => client.raw.endsWith(`\n\n${ping}`))
})

t.test('a client that never reads costs less than 1 MB and is dropped after 30 s', async t => {
  const clock = createClock()
  // Timers fire early by it, as those of Node do.
  const early = { now: () => clock.performance.now() * 0.99995 }
  const log = begun()
  log.append({ type: 'text-start', id: '0' })
  const server = await serve(t, log, { ...clock, performance: early } as unknown as Timers)
  const socket = connect((server.address() as AddressInfo).port)
  t.teardown(() => socket.destroy())
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  socket.pause()
  const [stream, response] = (await once(server, 'stream')) as [EventStream, ServerResponse]
  // The kernel takes some megabytes; after that nothing moves.
  let text = 0
  while (text < 64_000_000) {
    log.delta(0, 'x'.repeat(100_000))
    text += 100_000
    await new Promise(resolve => setImmediate(resolve))
  }
  const held = response.writableLength
  t.ok(held < 1_000_000, `${held} bytes are held for it`)
  const dropped = closed(stream)
  clock.tick(unreadLimitMs)
  await dropped
  t.equal(log.readerCount, 0)
})

t.test('a client of HTTP/1.0, which knows no chunks, gets the same bytes', async t => {
  const log = begun()
  const server = await serve(t, log)
  const socket = connect((server.address() as AddressInfo).port)
  socket.write('GET / HTTP/1.0\r\n\r\n')
  const [stream] = (await once(server, 'stream')) as [EventStream]
  const ended = closed(stream)
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, '안녕')
  log.append({ type: 'finish', finishReason: 'stop' })
  await ended
  const [, body] = (await text(socket)).split('\r\n\r\n')
  t.match(body, /^: open\nretry: \d{4}\n\nid: 1-1\ndata: \{[^\r]+안녕[^\r]+\n\ndata: \[DONE\]\n\n$/)
})

t.test('a request that waits behind another one on the same connection is answered after it', async t => {
  const log = begun()
  const server = await serve(t, log)
  const socket = connect((server.address() as AddressInfo).port)
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2))
  while (log.readerCount < 2) await new Promise(resolve => setImmediate(resolve))
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, 'x'.repeat(200_000))
  await new Promise(resolve => setImmediate(resolve))
  log.append({ type: 'finish', finishReason: 'stop' })
  let both = ''
  for await (const bytes of socket) {
    both += bytes
    if (both.split('data: [DONE]').length === 3) break
  }
  for (const one of both.split('HTTP/1.1 200 OK').slice(1)) {
    t.match(one, /\n: open\nretry: \d{4}\n\n\r\n/)
    t.equal(one.match(/x{200000}/g)?.length, 1)
    t.match(one.trimEnd(), /data: \[DONE\]\n\n(\r\n0)?$/)
  }
  t.equal(log.readerCount, 0)
})

t.test('a client that leaves is forgotten', async t => {
  const log = begun()
  const client = await watch(t, log)
  await client.until(({ lastId }) => lastId === '1-1')
  t.equal(log.readerCount, 1)
  const unread = new Promise<void>(resolve => {
    log.onUnread = resolve
  })
  client.leave()
  await unread
  t.equal(log.readerCount, 0)
})

t.test('an abandoned log and a new attempt: cut off, or a reset', async t => {
  const log = begun()
  const client = await watch(t, log)
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, 'old')
  await client.until(transcript => transcript.text(0) === 'old')
  log.begin(2)
  await client.until(({ lastId }) => lastId === '2-1')
  t.equal(client.transcript.text(0), '')
  t.match(client.transcript.chunks.at(-2), { type: 'data-reset', data: { reason: 'new-attempt' } })
  log.abandon()
  await client.ended
  t.notOk(client.transcript.done, 'no clean end without a terminal event')
})

t.test('1,000 subscribers that join while one attempt hands over to the next miss nothing', async t => {
  const log = new EventLog('task', 'record')
  log.begin(0)
  log.append({ type: 'data-stage', id: 'stage', data: { stage: 'queued', at: '' } })
  const readers: { transcript: Transcript; ended: Promise<unknown> }[] = []
  const join = () => {
    for (let index = 0; index < 20; index++) {
      const located = log.locate(index % 2 ? undefined : '0-2')
      if (located.kind === 'ended') throw new Error('not ended yet')
      const transcript = new Transcript()
      const stream = new EventStream(log, located)
      RecordedResponse.of(stream, Transcript.parser(transcript))
      readers.push({ transcript, ended: closed(stream) })
    }
  }
  join()
  let written = ''
  for (let step = 0; step < 49; step++) {
    if (step === 10 || step === 30) {
      log.begin(step === 10 ? 1 : 2)
      log.append({ type: 'text-start', id: '0' })
      written = ''
    }
    if (step >= 10) {
      log.delta(0, `${step} `)
      written += `${step} `
    }
    join()
    if (step % 3 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  log.append({ type: 'finish', finishReason: 'stop' })
  t.equal(readers.length, 1000)
  for (const { transcript, ended } of readers) {
    await ended
    if (transcript.text(0) !== written) t.equal(transcript.text(0), written)
    if (!transcript.done) t.fail('a reader did not see the end')
  }
})

function begun(): EventLog {
  const log = new EventLog('task', 'record')
  log.begin(1)
  return log
}

/** A real HTTP server that streams the log to every client; `?after` is the cursor. */
async function serve(t: Test, log: EventLog, timers?: Timers) {
  const server = createServer((request, response) => {
    const cursor = new URL(request.url ?? '/', 'http://x').searchParams.get('after') ?? undefined
    const located = log.locate(cursor)
    if (located.kind === 'ended') return response.writeHead(204).end()
    const stream = new EventStream(log, located, { timers })
    stream.open(response, { 'content-type': 'text/event-stream' })
    server.emit('stream', stream, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

async function watch(t: Test, log: EventLog, { cursor, timers }: { cursor?: string; timers?: Timers } = {}) {
  const server = await serve(t, log, timers)
  const { port } = server.address() as AddressInfo
  const leave = new AbortController()
  t.teardown(() => leave.abort())
  const response = await fetch(`http://127.0.0.1:${port}/${cursor ? `?after=${encodeURIComponent(cursor)}` : ''}`, {
    signal: leave.signal,
  })
  return new Watcher(response, leave)
}
