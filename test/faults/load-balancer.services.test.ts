import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { heartbeatMs, type Timers } from '../../src/sse/sse-stream.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { noNginx, startNginx } from '../support/nginx.ts'
import { noOwnRedis, type OwnRedis, startRedis } from '../support/own-redis.ts'
import { startServer } from '../support/server-process.ts'
import { Transcript } from '../support/transcript.ts'
import { startUpstream, type Upstream, type UpstreamCompletion } from '../support/upstream.ts'
import { Visitor, type Watcher } from '../support/visitor.ts'

/** Why these tests are skipped; in CI a missing program is a failure. */
const skip =
  process.env.CI_SERVICES === 'required' || testDatabaseUrl ? noNginx : 'needs a Postgres for several instances'

const record = { category: 'subject', observations: '교통량 자료로 신호 시간을 조정함.', versions: 1 }

/** How many times faster than deployed: pings and the read timeout of nginx, whose proportion matters. */
const hurry = 20
const silenceMs = 300_000
const readTimeoutMs = 60_000

const hurried: Timers = {
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs / hurry),
  clearTimeout: timer => clearTimeout(timer as NodeJS.Timeout),
  performance: { now: () => performance.now() * hurry },
}

const withoutComments: Timers = {
  ...hurried,
  setTimeout: (callback, delayMs) => (delayMs === heartbeatMs ? undefined : hurried.setTimeout(callback, delayMs)),
}

t.test('behind nginx, as deploy/ configures it', { skip }, async t => {
  /** For all tests that want nothing of their own: each has a visitor of its own. */
  const shared = skip ? undefined : await balanced(t)
  const common = () => {
    if (!shared) throw new Error('there is none')
    for (const list of shared.requests) list.length = 0
    shared.upstream.reset()
    return { ...shared, visitor: new Visitor(shared.nginx.url) }
  }

  t.test('complete answers come compressed, event streams do not', async t => {
    const { visitor } = common()
    const font = '/vendor/pretendard/pretendardvariable-dynamic-subset.css'
    for (const path of ['/', ...(await assetsOf(visitor)), font, '/docs/json']) {
      const response = await visitor.fetch(path, { headers: { 'accept-encoding': 'gzip' } })
      t.match({ path, status: response.status }, { path, status: 200 })
      t.equal(response.headers.get('content-encoding'), 'gzip', path)
      t.ok((await response.text()).length > 500)
    }
    const stream = await visitor.watch('/api/records', {
      request: {
        method: 'POST',
        body: JSON.stringify(record),
        headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      },
    })
    t.match(stream.response.headers.get('content-type'), /^text\/event-stream/)
    t.equal(stream.response.headers.get('content-encoding'), null)
    stream.leave()
  })

  t.test('over TLS it speaks HTTP/2: the page, its files and a stream share one connection', async t => {
    const { nginx } = await balanced(t, { tls: true })
    const session = connect(nginx.tlsUrl, { rejectUnauthorized: false })
    t.teardown(() => session.destroy())
    const get = async (path: string, headers = {}) => {
      const stream = session.request({ ':path': path, ...headers })
      const [answered] = await once(stream, 'response')
      return { headers: answered, stream }
    }
    const page = await get('/')
    t.equal(page.headers[':status'], 200)
    t.match(page.headers['set-cookie'], [/^__Host-conch_owner=.*Secure/])
    const html = (await page.stream.setEncoding('utf8').toArray()).join('')
    const files = Array.from(html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g), ([, path]) => String(path))
    const answers = await Promise.all(files.map(path => get(path, { 'accept-encoding': 'br, gzip' })))
    t.ok(answers.length >= 4)
    for (const { headers, stream } of answers) {
      t.equal(headers[':status'], 200)
      stream.close()
    }
    const cookie = String(page.headers['set-cookie']?.[0]).split(';')[0]
    const events = await get('/api/me/events', { cookie, accept: 'text/event-stream' })
    let told = ''
    for await (const part of events.stream) {
      told += part
      if (told.includes('data-unread')) break
    }
    t.match(told, 'data-unread', 'the stream is not held back')
    events.stream.close()
    t.equal(session.alpnProtocol, 'h2')
  })

  t.test('a file that the client has already is not sent again', async t => {
    const { visitor } = common()
    for (const path of ['/', ...(await assetsOf(visitor)), '/favicon.svg']) {
      const first = await visitor.fetch(path, { headers: { 'accept-encoding': 'gzip' } })
      await first.text()
      // As a browser does to check whether a file has changed.
      const known = {
        'accept-encoding': 'gzip',
        'cache-control': 'max-age=0',
        'if-none-match': first.headers.get('etag') ?? '',
      }
      t.equal((await visitor.fetch(path, { headers: known })).status, 304, path)
    }
  })

  t.test('every token is passed on at once', async t => {
    const { visitor, upstream } = common()
    const tokens = ['바다', '가 ', '보인', '다.']
    const steps = tokens.map(() => Promise.withResolvers<void>())
    upstream.answer(async completion => {
      for (const [index, token] of tokens.entries()) {
        completion.delta(token)
        // The model writes the next one only after the client has this one.
        await steps[index]?.promise
      }
      completion.finish()
    })
    const watcher = await watchLive(visitor, await visitor.record(record))
    for (const [index, step] of steps.entries()) {
      await watcher.until(({ texts }) => texts.get(0) === tokens.slice(0, index + 1).join(''))
      step.resolve()
    }
    await watcher.ended
    t.ok(watcher.transcript.done)
  })

  t.test('with Redis, every token is passed on at once by either instance', { skip: noOwnRedis }, async t => {
    const { visitor, upstream } = await balanced(t, { redis: await startRedis(t) })
    const speech = silentModel(upstream)
    const watchers = await watchAtBoth(visitor, await visitor.record(record))
    await Promise.all(watchers.map(hasText))
    ;(await speech).delta('하늘').finish()
    for (const { ended, transcript } of watchers) {
      await ended
      t.ok(transcript.done)
      t.equal(transcript.text(0), '바다하늘')
      t.notOk(transcript.types().includes('data-reset'))
    }
  })

  t.test('five minutes of silence of the model cut nothing', async t => {
    const { visitor, upstream, nginx } = await balanced(t, { timers: hurried })
    const speech = silentModel(upstream)
    const watcher = await watchLive(visitor, await visitor.record(record))
    const pings = () => watcher.raw.split('\nevent: ping\n').length - 1
    await watcher.until(() => pings() >= silenceMs / heartbeatMs)
    ;(await speech).delta('하늘').finish()
    await watcher.ended
    t.ok(watcher.transcript.done, 'it is still the same stream')
    t.equal(watcher.transcript.text(0), '바다하늘')
    t.notMatch(await nginx.errors(), /timed out/)
  })

  t.test('without pings, that silence is cut: the pings keep a stream alive', async t => {
    const { visitor, upstream, nginx } = await balanced(t, { timers: withoutComments })
    const speech = silentModel(upstream)
    const watcher = await watchLive(visitor, await visitor.record(record))
    await watcher.ended
    t.notOk(watcher.transcript.done)
    t.match(await nginx.errors(), /upstream timed out/)
    ;(await speech).finish()
  })

  t.test('a visitor is known to both, and needs no instance of its own', async t => {
    const { visitor, requests } = common()
    const ids = [await visitor.record(record), await visitor.record(record)]
    await until(async () => {
      const { body } = await visitor.json<{ items: { id: string }[] }>('GET', '/api/tasks')
      t.same(body.items.map(({ id }) => id).sort(), ids.toSorted())
      return requests.every(list => list.includes('/api/tasks'))
    })
  })

  t.test('a client that comes back with a cursor, to either instance, has the text once', async t => {
    const { visitor, upstream, requests } = common()
    const speech = silentModel(upstream)
    const id = await visitor.record(record)
    const first = await watchLive(visitor, id)
    first.leave()
    await first.ended
    ;(await speech).delta('하늘').finish()
    await until(async () => (await visitor.task(id)).status === 'completed')

    for (const list of requests) list.length = 0
    const path = `/api/tasks/${id}/events`
    let last: string | undefined
    await until(async () => {
      const second = await visitor.watchTask(id, first.transcript.lastId)
      await second.ended
      const client = new Transcript()
      for (const { raw } of [first, second]) Transcript.parser(client)(Buffer.from(raw))
      t.ok(client.done)
      t.equal(client.text(0), '바다하늘')
      last = client.lastId
      return requests.every(list => list.includes(path))
    })

    for (const list of requests) list.length = 0
    await until(async () => {
      const { response } = await visitor.watchTask(id, last)
      t.equal(response.status, 204, 'nothing is left to send')
      return requests.every(list => list.includes(path))
    })
  })

  t.test('X-Forwarded headers of clients are not believed', async t => {
    const { visitor, nginx } = common()
    const forged = {
      'x-forwarded-host': 'elsewhere.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '192.0.2.1',
      'content-type': 'application/json',
    }
    const post = (origin: string) =>
      visitor.fetch('/api/conversations', { method: 'POST', body: '{}', headers: { ...forged, origin } })
    t.equal((await post('https://elsewhere.example')).status, 403)
    const own = await post(nginx.url)
    t.equal(own.status, 201)
    const cookie = (await new Visitor(nginx.url).fetch('/api/tasks', { headers: forged })).headers.get('set-cookie')
    t.match(cookie, /conch_owner/)
    t.notMatch(cookie, /secure/i, 'it was plain http')
  })

  t.test('the requested host is handed on, and only allowed ones are answered', async t => {
    const { nginx } = common()
    const asked = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${nginx.url}/api/tasks`, { headers: { host } }, response => {
          response.resume()
          resolve(response.statusCode)
        })
        sent.on('error', reject).end()
      })
    t.equal(await asked('conch.example'), 200)
    t.equal(await asked('evil.example'), 421)
  })

  t.test('a body that is too large is refused as by Conch; the numbers of one instance are not shown', async t => {
    const { visitor, direct } = common()
    const large = { method: 'POST', body: JSON.stringify({ text: 'x'.repeat(512 * 1024) }) }
    const init = { ...large, headers: { 'content-type': 'application/json' } }
    const [behind, before] = [await visitor.fetch('/api/records', init), await direct.fetch('/api/records', init)]
    t.equal(behind.status, 413)
    t.equal(behind.headers.get('content-type'), before.headers.get('content-type'))
    // Which limit a route has is known to Conch alone.
    const { detail, ...same } = (await before.json()) as Record<string, unknown>
    t.match(detail, /at most \d+ bytes/)
    t.match(await behind.json(), same)
    const [hidden, missing] = [await visitor.fetch('/metrics'), await direct.fetch('/nothing')]
    t.same([hidden.status, await hidden.json()], [404, await missing.json()])
  })

  t.test('one instance killed: the other answers, takes its task over, and no reader has anything twice', async t => {
    const { visitor, process: dead, other, id, upstream, nginx } = await balancedWithProcess(t)
    const watchers = await watchAtBoth(visitor, id)
    await Promise.any(watchers.map(hasText))
    upstream.reset()
    await dead.kill('SIGKILL')

    for (let index = 0; index < 20; index++) {
      t.equal((await visitor.json('GET', '/api/tasks')).status, 200)
      t.equal((await visitor.json('POST', '/api/records', record)).status, 202)
    }
    for (const watcher of watchers) {
      const client = new Transcript()
      for (let stream = watcher; ; stream = await visitor.watchTask(id, client.lastId)) {
        t.equal(stream.response.status, 200)
        await stream.ended
        Transcript.parser(client)(Buffer.from(stream.raw))
        if (client.done) break
      }
      t.equal(client.text(0), '안녕하세요')
    }

    await other.close()
    const stranger = await visitor.fetch('/api/tasks')
    t.equal(stranger.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    t.match(
      { status: stranger.status, body: await stranger.json() },
      { status: 502, body: { status: 502, code: 'bad-gateway', title: 'Bad Gateway' } },
    )
    t.equal(stranger.headers.get('retry-after'), '2')
    t.match(await nginx.errors(), /Connection refused/)
  })

  t.test('one instance stopped while others ask: every request that can be repeated is answered', async t => {
    const { visitor, process: leaving, completion } = await balancedWithProcess(t)

    const statuses: Record<string, number> = {}
    let asking = true
    const ask = async (method: string, path: string, body?: object) => {
      while (asking) {
        const seen = `${method} ${(await visitor.json(method, path, body)).status}`
        statuses[seen] = (statuses[seen] ?? 0) + 1
      }
    }
    const answered = () => Object.values(statuses).reduce((sum, count) => sum + count, 0)
    const more = (count: number, from = answered()) => until(async () => answered() >= from + count)
    const load = [
      ...Array.from({ length: 4 }, () => ask('GET', '/api/tasks')),
      ...Array.from({ length: 2 }, () => ask('POST', '/api/conversations', {})),
    ]
    await more(100)
    const exited = leaving.kill('SIGTERM')
    await until(async () => (await fetch(`${leaving.url}/readyz`)).status === 503)
    await more(200)
    completion.finish()
    t.equal(await exited, 0)
    await more(100)
    asking = false
    await Promise.all(load)
    // A POST that reaches a socket at the moment in which it closes may have been read: it is not sent again.
    delete statuses['POST 502']
    t.same(Object.keys(statuses).sort(), ['GET 200', 'POST 201'], JSON.stringify(statuses))
  })
})

/** Two instances in this process, on one database, behind nginx. */
async function balanced(t: Test, { timers, redis, tls }: { timers?: Timers; redis?: OwnRedis; tls?: boolean } = {}) {
  const upstream = await startUpstream(t)
  const env = { ...(await environment(t, upstream)), ...(redis && { REDIS_URL: redis.url }) }
  const requests: [string[], string[]] = [[], []]
  const [first, second] = [
    await startConch(t, { ...env, LOG_LEVEL: 'info' }, { timers, logDestination: pathsInto(requests[0]) }),
    await startConch(t, { ...env, LOG_LEVEL: 'info' }, { timers, logDestination: pathsInto(requests[1]) }),
  ]
  const nginx = await startNginx(t, {
    instances: [first.url, second.url],
    tls,
    ...(timers && { readTimeoutMs: readTimeoutMs / hurry }),
  })
  return { upstream, nginx, visitor: new Visitor(nginx.url), direct: first.visitor(), requests }
}

/** The same, but one is a process that can be killed, and runs a task whose model has written one word. */
async function balancedWithProcess(t: Test) {
  const upstream = await startUpstream(t)
  const env = await environment(t, upstream)
  const process = await startServer(env)
  t.teardown(() => process.kill('SIGKILL'))
  const speech = silentModel(upstream)
  const before = new Visitor(process.url)
  // The other one does not run yet, so it cannot have the task.
  const id = await before.record(record)
  const completion = await speech
  const other = await startConch(t, env)
  const nginx = await startNginx(t, { instances: [process.url, other.url] })
  return { upstream, nginx, visitor: new Visitor(nginx.url, before.cookie), process, other, id, completion }
}

async function environment(t: Test, upstream: Upstream) {
  return {
    ...(await ownStorage(t)),
    OPENAI_BASE_URL: upstream.baseUrl,
    TRUST_PROXY: 'true',
    ALLOWED_HOSTS: 'conch.example',
    // The silence is the model's, and is not to end in this.
    UPSTREAM_IDLE_SECONDS: '3600',
    UPSTREAM_TOTAL_SECONDS: '3600',
  }
}

/** Collects the paths of an instance's requests, from its log. */
function pathsInto(paths: string[]) {
  return {
    write(line: string) {
      const { req } = JSON.parse(line)
      if (req) paths.push(req.url)
    },
  }
}

/** From now on the model writes one word, and then nothing. Resolves with its first request. */
function silentModel(upstream: Upstream): Promise<UpstreamCompletion> {
  const asked = Promise.withResolvers<UpstreamCompletion>()
  upstream.answer(completion => asked.resolve(completion.delta('바다')))
  return asked.promise
}

/** One stream at each instance: the least busy one gets the second. */
async function watchAtBoth(visitor: Visitor, id: string): Promise<[Watcher, Watcher]> {
  return [await visitor.watchTask(id), await visitor.watchTask(id)]
}

/** A stream that has text already: at the instance that runs the task, and at any if they have Redis. */
async function watchLive(visitor: Visitor, id: string): Promise<Watcher> {
  const watchers = await watchAtBoth(visitor, id)
  const live = await Promise.any(watchers.map(hasText))
  for (const watcher of watchers) if (watcher !== live) watcher.leave()
  return live
}

async function hasText(watcher: Watcher): Promise<Watcher> {
  await watcher.until(transcript => transcript.text(0) !== '')
  return watcher
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20)
}

/** The script and the style sheet of the page for users. */
async function assetsOf(visitor: Visitor): Promise<string[]> {
  const document = await (await visitor.fetch('/')).text()
  const found = Array.from(document.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g), ([, path]) =>
    String(path),
  )
  if (found.length < 2) throw new Error(`the document names ${found.length} assets`)
  return found
}
