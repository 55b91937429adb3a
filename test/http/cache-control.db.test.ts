import diagnostics from 'node:diagnostics_channel'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import t from 'tap'
import { cacheControl } from '../../src/http/cache-control.ts'
import { anyRecord } from '../support/any-record.ts'
import { type Conch, startConch } from '../support/conch.ts'
import { operatorToken } from '../support/operator.ts'
import type { Visitor } from '../support/visitor.ts'

const privateAnswer = 'private, no-store'
const privateStream = 'private, no-store, no-transform'

let conch: Conch
const routes: { method: string; url: string }[] = []
t.before(async () => {
  const onApp = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const one of [method].flat()) routes.push({ method: one, url })
    })
  }
  diagnostics.subscribe('fastify.initialization', onApp)
  t.teardown(() => diagnostics.unsubscribe('fastify.initialization', onApp))
  conch = await startConch(t, { OPERATOR_TOKEN: operatorToken, CORS_ORIGINS: 'https://example.org' })
})

/** Reads the head of an answer, and disconnects. */
async function head(visitor: Visitor, path: string, init: RequestInit = {}) {
  const leave = new AbortController()
  const { status, headers } = await visitor.fetch(path, { ...init, signal: leave.signal })
  leave.abort()
  return { status, type: headers.get('content-type') ?? '', cacheControl: headers.get('cache-control') }
}

t.test('every answer of the API is private and stored nowhere, and an event stream is not transformed', async t => {
  const visitor = conch.visitor()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const ofApi = routes.filter(({ url }) => url.startsWith('/api/'))
  t.ok(ofApi.length > 60, `${ofApi.length} routes`)
  const statuses = new Set<number>()
  for (const { method, url } of ofApi)
    for (const known of [true, false]) {
      const path = url.replace(':id', known ? id : 'unknown').replace(':index', '0')
      const json = { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' }
      for (const init of [
        { headers: {} },
        { headers: json },
        { headers: { ...json, 'if-none-match': '*' } },
        ...(method === 'POST' || method === 'PUT'
          ? [
              { headers: json, body: '{}' },
              { headers: json, body: '{' },
            ]
          : []),
      ]) {
        const answer = await head(visitor, path, { method, ...init })
        const wanted = answer.type.startsWith('text/event-stream') ? privateStream : privateAnswer
        t.equal(answer.cacheControl, wanted, `${method} ${path} ${answer.status}`)
        statuses.add(answer.status)
      }
    }
  for (const status of [200, 202, 304, 400, 401, 404]) t.ok(statuses.has(status), `${status} was one of them`)
})

t.test('empty answers, errors and preflights are private as well', async t => {
  const visitor = conch.visitor()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const { lastId } = await visitor.finished(id)
  const preflight = { origin: 'https://example.org', 'access-control-request-method': 'PUT' }
  for (const [status, path, init] of [
    [204, `/api/tasks/${id}/events?after=${lastId}`, {}],
    [204, `/api/records/${id}`, { method: 'DELETE' }],
    [404, '/api/nothing', {}],
    [404, '/api', {}],
    [405, '/api/library', { method: 'PUT' }],
    [400, '/api/tasks/%zz', {}],
    [414, `/api/tasks/${'x'.repeat(201)}`, {}],
    [415, '/api/records', { method: 'POST', body: 'a' }],
    [
      413,
      '/api/records',
      { method: 'POST', body: `"${'x'.repeat(600_000)}"`, headers: { 'content-type': 'application/json' } },
    ],
    [403, '/api/records', { method: 'POST', headers: { origin: 'https://evil.example' } }],
    [204, '/api/records', { method: 'OPTIONS', headers: preflight }],
  ] as [number, string, RequestInit][]) {
    const answer = await head(visitor, path, init)
    t.match(answer, { status, cacheControl: privateAnswer }, `${init.method ?? 'GET'} ${path.slice(0, 40)}`)
  }
})

t.test('an answer that sets the cookie is private; files that are the same for all are not', async t => {
  for (const path of ['/', '/index.html']) {
    const { headers } = await conch.visitor().fetch(path)
    t.ok(headers.getSetCookie().length === 1, path)
    t.equal(headers.get('cache-control'), 'private, no-cache', path)
    // Without the second header, fetch asks for a new copy.
    const known = { 'if-none-match': headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = await conch.visitor().fetch(path, { headers: known })
    t.match(again, { status: 304 })
    t.equal(again.headers.get('cache-control'), 'private, no-cache', `${path} 304`)
  }
  for (const { method, url } of routes) {
    if (method !== 'GET' || /[:*]/.test(url)) continue
    const leave = new AbortController()
    const { headers } = await conch.visitor().fetch(url, { signal: leave.signal })
    leave.abort()
    if (headers.getSetCookie().length > 0) t.match(headers.get('cache-control'), /\bprivate\b/, url)
  }
  const document = await (await conch.visitor().fetch('/')).text()
  const [, script] = /src="(\/assets\/[^"]+)"/.exec(document) ?? []
  const { headers } = await conch.visitor().fetch(String(script))
  t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable')
  t.equal(headers.get('set-cookie'), null)
  const font = await conch.visitor().fetch('/vendor/pretendard/pretendardvariable-dynamic-subset.css')
  t.equal(font.headers.get('cache-control'), 'public, max-age=3600')
})

t.test('an answer of the API stays private, whatever its route says about caching', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(cacheControl)
  const says = (value: string) => async (_request: unknown, reply: { header(name: string, value: string): void }) => {
    reply.header('cache-control', value)
    return 'ok'
  }
  app.get('/api/public', says('public, max-age=3600'))
  app.get('/api/stream', says('no-transform'))
  app.get('/apis', says('public'))
  app.get('/cookie', async (_request, reply) => {
    reply.header('cache-control', 'Public, s-maxage=60, max-age=60').header('set-cookie', 'a=b')
    return 'ok'
  })
  const of = async (url: string) => (await app.inject(url)).headers['cache-control']
  t.equal(await of('/api/public'), privateAnswer)
  t.equal(await of('/api/stream'), privateStream)
  t.equal(await of('/apis'), 'public')
  t.equal(await of('/cookie'), 'private, max-age=60')
})
