import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createBrotliCompress, createDeflate, createDeflateRaw, createGzip, createZstdCompress } from 'node:zlib'
import t, { type Test } from 'tap'
import { openModel } from '../../src/ai/client.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { collected } from '../support/collected.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

t.test('300 completions, 10 at a time, use 10 connections', async t => {
  const { upstream, model, complete } = await modelFor(t, undefined, { maxSockets: 10 })
  const seen = new Set<unknown>()
  upstream.answer(completion => {
    seen.add(completion.request.socket)
    completion.delta('글').finish()
  })
  await inTurns(10, 300, async () => t.match(await complete(), { outcome: 'completed' }))
  t.equal(upstream.completions.length, 300)
  t.equal(seen.size, 10)
  t.equal(model.state().sockets, 10)
})

t.test('a server that ends its answer a moment after [DONE] keeps its connection', async t => {
  const { upstream, complete } = await modelFor(t, undefined, { maxSockets: 1 })
  upstream.answer(async completion => {
    completion
      .delta('글')
      .frame({ choices: [{ delta: {}, finish_reason: 'stop' }] })
      .raw('data: [DONE]\n\n')
    await delay(50)
    completion.response.end()
  })
  await complete()
  await complete()
  t.equal(new Set(upstream.completions.map(({ request }) => request.socket)).size, 1)
})

t.test('300 completions at once never open more connections than are allowed', async t => {
  const { upstream, complete } = await modelFor(t, undefined, { maxSockets: 25 })
  let most = 0
  upstream.answer(completion => {
    most = Math.max(most, upstream.sockets.size)
    completion.delta('글').finish()
  })
  const outcomes = await Promise.all(Array.from({ length: 300 }, () => complete()))
  t.ok(outcomes.every(({ outcome }) => outcome === 'completed'))
  t.equal(most, 25)
})

t.test('one connection is enough', async t => {
  const { complete } = await modelFor(t, undefined, { maxSockets: 1 })
  for (const { outcome } of await Promise.all([complete(), complete(), complete()])) t.equal(outcome, 'completed')
})

t.test('an idle connection is closed after its time, and one that is too old is not used again', async t => {
  const { upstream, model, complete } = await modelFor(t, { UPSTREAM_KEEP_ALIVE_IDLE_SECONDS: '0.2' })
  await complete()
  const [socket] = upstream.sockets
  if (socket) await once(socket, 'close')
  t.equal(upstream.sockets.size, 0)
  // The other end notices a moment later.
  while (model.state().sockets > 0) await delay(1)
  const old = await modelFor(t, { UPSTREAM_KEEP_ALIVE_MAX_AGE_SECONDS: '0.05' })
  await old.complete()
  await delay(60)
  await old.complete()
  t.equal(new Set(old.upstream.completions.map(({ request }) => request.socket)).size, 2)
})

for (const gzip of [false, true]) {
  t.test(`after 1,000 aborted streams${gzip ? ', compressed,' : ''} no connection is left`, async t => {
    const { upstream, model, complete } = await modelFor(t, undefined, { maxSockets: 100 })
    upstream.answer(completion => {
      if (!gzip) {
        completion.delta('반쯤')
        return
      }
      completion.response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
      const body = createGzip()
      body.pipe(completion.response)
      body.write('data: {"choices":[{"index":0,"delta":{"content":"반쯤"}}]}\n\n')
      body.flush()
    })
    await inTurns(100, 1000, async () => {
      const abort = new AbortController()
      const completion = await complete({ signal: abort.signal, onDelta: () => abort.abort() })
      t.equal(completion.outcome, 'aborted')
    })
    await Promise.all(upstream.completions.map(({ abandoned }) => abandoned))
    while (upstream.sockets.size > 0) await Promise.all(Array.from(upstream.sockets, socket => once(socket, 'close')))
    t.equal(upstream.completions.length, 1000)
    while (model.state().sockets > 0) await delay(1)
  })
}

t.test('aborting before the headers, or before the request, closes its connection', async t => {
  const { upstream, complete } = await modelFor(t)
  upstream.answer(() => {})
  const abort = new AbortController()
  const pending = complete({ signal: abort.signal })
  await upstream.requested(1)
  abort.abort()
  t.same(await pending, { outcome: 'aborted', usage: undefined })
  await upstream.completions[0]?.abandoned
  t.match(await complete({ signal: abort.signal }), { outcome: 'aborted' })
  t.equal(upstream.completions.length, 1)
})

t.test('aborting while the client reads an error, or waits for a connection, takes effect at once', async t => {
  const { upstream, complete } = await modelFor(t, undefined, { maxSockets: 1 })
  upstream.answer(({ response }) => void response.writeHead(400, { 'content-type': 'application/json' }).write('{'))
  const [reading, waiting] = [new AbortController(), new AbortController()]
  const ends: string[] = []
  const first = complete({ signal: reading.signal }).then(({ outcome }) => ends.push(`reading: ${outcome}`))
  await upstream.requested(1)
  const second = complete({ signal: waiting.signal }).then(({ outcome }) => ends.push(`waiting: ${outcome}`))
  await delay(50)
  waiting.abort()
  await second
  reading.abort()
  await first
  t.same(ends, ['waiting: aborted', 'reading: aborted'])
  await upstream.completions[0]?.abandoned
  upstream.answer(completion => completion.delta('글').finish())
  t.match(await complete(), { outcome: 'completed' })
  t.equal(upstream.completions.length, 2, 'a request aborted while it waited is never sent')
  t.equal(upstream.opened, 2, 'no connection is opened for it')
})

t.test('the client closes an endless answer that says gzip and is not', async t => {
  const { upstream, complete } = await modelFor(t, undefined, { maxSockets: 1 })
  upstream.answer(({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
    response.write('data: {"choices":[{"index":0,"delta":{"content":"글"}}]}\n\n')
  })
  t.match(await complete(), { outcome: 'broken', reason: 'garbled-frame' })
  await upstream.completions[0]?.abandoned
  upstream.answer(completion => completion.delta('글').finish())
  t.match(await complete(), { outcome: 'completed' })
})

t.test('an aborted completion reports the usage that came', async t => {
  const { upstream, complete } = await modelFor(t)
  upstream.answer(completion => {
    completion.frame({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 1 } }).delta('글')
  })
  const abort = new AbortController()
  const completion = await complete({ signal: abort.signal, onDelta: () => abort.abort() })
  t.same(completion, { outcome: 'aborted', usage: { inputTokens: 9, outputTokens: 1 } })
})

const compressions = Object.entries({
  gzip: createGzip,
  br: createBrotliCompress,
  zstd: createZstdCompress,
  deflate: createDeflate,
  'deflate without its head': createDeflateRaw,
})
for (const [name, compression] of compressions)
  t.test(`a stream in ${name} comes through piece by piece`, async t => {
    const { upstream, complete } = await modelFor(t)
    const body = compression()
    const send = (data: unknown) => {
      body.write(`data: ${JSON.stringify(data)}\n\n`)
      body.flush()
    }
    upstream.answer(({ request, response }) => {
      t.equal(request.headers['accept-encoding'], 'gzip')
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': name.split(' ')[0] })
      body.pipe(response)
      send({ choices: [{ delta: { content: '0' } }] })
    })
    let text = ''
    const completion = await complete({
      onDelta(delta) {
        text += delta
        // The next piece is sent only once the one before has arrived.
        if (text.length < 5) send({ choices: [{ delta: { content: String(text.length) } }] })
        else {
          send({ choices: [{ delta: {}, finish_reason: 'stop' }] })
          body.end()
        }
      },
    })
    t.match(completion, { outcome: 'completed' })
    t.equal(text, '01234')
  })

t.test('no server: the client retries, then reports unavailable', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const { model, complete } = await modelFor(t, undefined, { baseUrl: `http://127.0.0.1:${port}/v1` })
  t.match(await complete(), {
    outcome: 'unavailable',
    reason: 'connection',
    detail: "the model's server could not be reached (ECONNREFUSED), 4 times in a row",
  })
  t.equal(model.state().retries, 3)
})

t.test('a server that is down for long gets no requests; then one probe brings it back', async t => {
  const { upstream, model, complete } = await modelFor(t, {
    UPSTREAM_BREAKER_FAILURES: '5',
    UPSTREAM_BREAKER_SECONDS: '0.3',
    UPSTREAM_RETRIES: '0',
  })
  upstream.answer(({ response }) => response.writeHead(503).end())
  while (model.state().breaker === 'closed') {
    await complete()
    await delay(50)
  }
  const asked = upstream.completions.length
  t.ok(asked >= 5)
  const refused = await Promise.all(Array.from({ length: 50 }, () => complete()))
  for (const completion of refused)
    t.match(completion, { outcome: 'unavailable', reason: 'circuit-open', detail: /has not answered for/ })
  t.equal(upstream.completions.length, asked, 'nothing was sent')
  upstream.answer(completion => completion.delta('글').finish())
  while (model.state().breaker !== 'closed') {
    await complete()
    await delay(20)
  }
  t.equal(upstream.completions.length, asked + 1, 'one probe was enough')
})

t.test('429 never opens the breaker', async t => {
  const { upstream, model, complete } = await modelFor(t, {
    UPSTREAM_BREAKER_FAILURES: '1',
    UPSTREAM_BREAKER_SECONDS: '0.001',
    UPSTREAM_RETRIES: '0',
  })
  upstream.answer(({ response }) => response.writeHead(429).end())
  for (let count = 0; count < 30; count++) await complete()
  t.equal(model.state().breaker, 'closed')
})

t.test('variables that the SDK would read by itself change nothing', async t => {
  const before = { ...process.env }
  t.teardown(() => {
    process.env = before
  })
  process.env = {
    ...before,
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_API_KEY: 'sk-env',
    OPENAI_ADMIN_KEY: 'sk-admin',
    OPENAI_ORG_ID: 'org',
    OPENAI_PROJECT_ID: 'project',
    OPENAI_WEBHOOK_SECRET: 'secret',
    OPENAI_CUSTOM_HEADERS: 'authorization: Bearer sk-custom\nx-custom: 1',
    OPENAI_LOG: 'debug',
  }
  const lines: unknown[] = []
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    t.intercept(console, level, { value: (line: unknown) => lines.push(line) })
  const { upstream, complete } = await modelFor(t)
  t.match(await complete(), { outcome: 'completed' })
  const { headers } = upstream.completions[0]?.request ?? {}
  t.equal(headers?.authorization, 'Bearer sk-test')
  t.notMatch(JSON.stringify(headers), /sk-env|sk-admin|sk-custom|x-custom|org|project/)
  t.same(lines, [])
})

t.test('300 completions under one signal cause no warning and leave no listener on it', async t => {
  const warnings: Error[] = []
  const warn = (warning: Error) => warnings.push(warning)
  process.on('warning', warn)
  t.teardown(() => process.off('warning', warn))
  const { upstream, complete } = await modelFor(t)
  upstream.answer(completion => completion.delta('글'))
  const abort = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = abort.signal
  abort.signal.addEventListener = (...args: unknown[]) => {
    listeners++
    Reflect.apply(addEventListener, abort.signal, args)
  }
  abort.signal.removeEventListener = (...args: unknown[]) => {
    listeners--
    Reflect.apply(removeEventListener, abort.signal, args)
  }
  const pending = Array.from({ length: 300 }, () => complete({ signal: abort.signal }))
  await upstream.requested(300)
  t.equal(listeners, 300)
  for (const completion of upstream.completions) completion.finish()
  for (const { outcome } of await Promise.all(pending)) t.equal(outcome, 'completed')
  t.equal(listeners, 0)
  t.same(warnings, [])
})

t.test('a request states its length in bytes, for servers that take no chunks', async t => {
  const { upstream, complete } = await modelFor(t)
  await complete()
  const [{ request, body }] = upstream.completions as [UpstreamCompletion]
  t.equal(request.headers['content-length'], String(Buffer.byteLength(JSON.stringify(body))))
  t.equal(request.headers['transfer-encoding'], undefined)
})

t.test('once an answer has begun, neither the request nor the headers stay in memory', async t => {
  const { upstream, model } = await modelFor(t)
  const count = 20
  const begin = async (prompt: string, padding: string) => {
    let begun = 0
    const abort = new AbortController()
    upstream.answer(completion => completion.raw(`: ${padding}\n\n`).delta('글'))
    const { promise: all, resolve } = Promise.withResolvers<void>()
    const onDelta = () => void (++begun === count && resolve())
    const ends = Array.from({ length: count }, () =>
      model.complete({ messages: [{ role: 'user', content: prompt + begun }], signal: abort.signal, onDelta }),
    )
    await all
    upstream.reset()
    const { heapUsed, arrayBuffers } = await collected()
    abort.abort()
    await Promise.all(ends)
    return { heapUsed, arrayBuffers }
  }
  await begin('', '')
  const small = await begin('', '')
  const large = await begin('x'.repeat(1_000_000), 'x'.repeat(60_000))
  t.ok(large.heapUsed - small.heapUsed < 2_000_000, `${large.heapUsed - small.heapUsed} bytes of heap`)
  t.ok(large.arrayBuffers - small.arrayBuffers < 200_000, `${large.arrayBuffers - small.arrayBuffers} bytes of buffers`)
})

async function modelFor(
  t: Test,
  env: Record<string, string> = {},
  { maxSockets = 1000, baseUrl, script }: { maxSockets?: number; baseUrl?: string; script?: Script } = {},
) {
  const upstream = await startUpstream(t, script)
  const model = openModel({
    name: 'test',
    demo: false,
    apiKey: 'sk-test',
    baseUrl: baseUrl ?? upstream.baseUrl,
    limits: readConfig({ UPSTREAM_RETRY_SECONDS: '0.01', ...env }).upstream,
    maxSockets,
  })
  t.teardown(() => model.close())
  const complete = ({ signal = new AbortController().signal, onDelta = (_text: string) => {} } = {}) =>
    model.complete({ messages: [{ role: 'user', content: '써 줘' }], signal, onDelta })
  return { upstream, model, complete }
}

async function inTurns(width: number, count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) await work()
    }),
  )
}
