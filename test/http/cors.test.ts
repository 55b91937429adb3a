import { Readable } from 'node:stream'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { cors } from '../../src/http/cors.ts'
import { identity } from '../../src/http/identity.ts'
import { problems } from '../../src/http/problems.ts'

const friend = 'https://friend.org'
const evil = 'https://evil.org'
const corsHeaders = /^access-control-/

async function appFor(t: Test, origins: string[] = [friend, 'http://localhost:8080']) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(problems)
  await app.register(cors, { origins })
  await app.register(identity, { cookieSecret: 'x'.repeat(32), corsOrigins: origins })
  app.get('/api/json', async () => ({}))
  app.post('/api/json', async () => ({}))
  app.get('/api/stream', (_request, reply) => reply.type('text/event-stream').send(Readable.from(['data: 1\n\n'])))
  app.get('/api/fails', async () => {
    throw new Error('no')
  })
  return app
}

type App = Awaited<ReturnType<typeof appFor>>

const preflight = (app: App, origin: string, url = '/api/json') =>
  app.inject({
    method: 'OPTIONS',
    url,
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  })

function allowance(headers: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => corsHeaders.test(name)))
}

t.test('a known origin may read JSON, streams and problems alike, with its cookie', async t => {
  const app = await appFor(t)
  for (const origin of [friend, 'http://localhost:8080']) {
    for (const url of ['/api/json', '/api/stream', '/api/fails', '/api/nothing']) {
      const { headers } = await app.inject({ url, headers: { origin } })
      t.same(
        allowance(headers),
        {
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'location, x-task-id, retry-after, etag',
        },
        url,
      )
      t.equal(headers.vary, 'Origin')
    }
  }
})

t.test('other origins and other clients get no CORS header, and Vary informs caches', async t => {
  const app = await appFor(t)
  for (const origin of [evil, 'https://friend.org.evil.org', 'http://friend.org', 'https://FRIEND.org', 'null', '']) {
    const { statusCode, headers } = await app.inject({ url: '/api/json', headers: { origin } })
    t.equal(statusCode, 200)
    t.same(allowance(headers), {}, origin)
    t.equal(headers.vary, 'Origin')
  }
  const { headers } = await app.inject('/api/json')
  t.same(allowance(headers), {})
})

t.test('a preflight of a known origin is answered at once, for every header that clients send', async t => {
  const app = await appFor(t)
  const { statusCode, headers, body } = await preflight(app, friend)
  t.equal(statusCode, 204)
  t.equal(body, '')
  t.equal(headers['access-control-allow-origin'], friend)
  t.equal(headers['access-control-allow-credentials'], 'true')
  t.equal(headers['access-control-max-age'], '600')
  t.match(headers['access-control-allow-methods'], /GET.*POST.*PUT/)
  for (const name of ['content-type', 'last-event-id', 'idempotency-key', 'if-none-match', 'authorization'])
    t.match(headers['access-control-allow-headers'], name)
  t.equal(headers['set-cookie'], undefined)
})

t.test('an OPTIONS other than a preflight of a known origin is a method like others', async t => {
  const app = await appFor(t)
  const there = await preflight(app, evil)
  t.match(there.json(), { status: 405, code: 'method-not-allowed' })
  t.equal(there.headers.allow, 'GET, HEAD, POST')
  t.same(allowance(there.headers), {})
  t.match((await preflight(app, evil, '/api/nothing')).json(), { status: 404 })
  t.match((await app.inject({ method: 'OPTIONS', url: '/api/json' })).json(), { status: 405 })
  const plain = await app.inject({ method: 'OPTIONS', url: '/api/json', headers: { origin: friend } })
  t.equal(plain.statusCode, 204)
})

t.test(
  'a POST from a page of a known origin passes, one from another origin is refused before anything is done',
  async t => {
    const app = await appFor(t)
    const post = (origin: string) => app.inject({ method: 'POST', url: '/api/json', headers: { origin }, payload: {} })
    t.equal((await post(friend)).statusCode, 200)
    const refused = await post(evil)
    t.match(refused.json(), { status: 403, code: 'forbidden-origin' })
    t.same(allowance(refused.headers), {})
  },
)

t.test('without configured origins there are no CORS headers', async t => {
  const app = await appFor(t, [])
  const { headers } = await app.inject({ url: '/api/json', headers: { origin: friend } })
  t.same(allowance(headers), {})
  t.equal(headers.vary, undefined)
  t.match((await preflight(app, friend)).json(), { status: 405 })
})
