import { Signer } from '@fastify/cookie'
import Fastify, { type FastifyRequest, type LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { v4, v7 } from 'uuid'
import { identity } from '../../src/http/identity.ts'
import { problems } from '../../src/http/problems.ts'

const cookieSecret = 'x'.repeat(32)
const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

async function appFor(t: Test, { corsOrigins = [] as string[], trustProxy = false, log = [] as string[] } = {}) {
  const app = Fastify({ trustProxy, logger: { level: 'warn', stream: { write: line => void log.push(line) } } })
  t.teardown(() => app.close())
  await app.register(problems)
  await app.register(identity, { cookieSecret, corsOrigins, trustProxy })
  const owner = async (request: FastifyRequest) => request.ownerId
  for (const url of ['/', '/api/tasks/:id', '/healthz', '/app.js']) app.all(url, owner)
  app.get('/public', async () => 'public')
  return app
}

/** The cookie that a response sets, as the browser will send it. */
function cookieOf(response: LightMyRequestResponse): { conch_owner: string } {
  const cookie = response.cookies.find(({ name }) => name === 'conch_owner')
  if (!cookie) throw new Error('no cookie was set')
  return { conch_owner: cookie.value }
}

const signed = (value: string, secret = cookieSecret) => ({ conch_owner: new Signer(secret).sign(value) })

t.test('a first request makes an owner, who stays the same', async t => {
  const app = await appFor(t)
  const first = await app.inject('/api/tasks/1')
  t.match(first.body, uuidV7)
  const second = await app.inject({ url: '/api/tasks/2', cookies: cookieOf(first) })
  t.equal(second.body, first.body)
  t.equal(second.headers['set-cookie'], undefined)
  t.not((await app.inject('/api/tasks/1')).body, first.body)
})

t.test('the cookie is out of reach of scripts and other sites, for 400 days', async t => {
  const app = await appFor(t)
  const [cookie] = (await app.inject('/')).cookies
  t.match(cookie, { name: 'conch_owner', httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 34_560_000 })
  t.equal(cookie?.secure, undefined)
  t.equal(cookie?.domain, undefined)
})

t.test('the cookie is for https only where https is spoken', async t => {
  const headers = { 'x-forwarded-proto': 'https' }
  const behindProxy = await appFor(t, { trustProxy: true })
  t.equal((await behindProxy.inject({ url: '/', headers })).cookies[0]?.secure, true)
  const alone = await appFor(t)
  t.equal((await alone.inject({ url: '/', headers })).cookies[0]?.secure, undefined)
})

t.test(
  'over https the cookie is bound to this host, and an owner with the cookie of plain http stays the same',
  async t => {
    const app = await appFor(t, { trustProxy: true })
    const https = { 'x-forwarded-proto': 'https' }
    const [fresh] = (await app.inject({ url: '/api/tasks/1', headers: https })).cookies
    t.match(fresh, { name: '__Host-conch_owner', secure: true, httpOnly: true, sameSite: 'Lax', path: '/' })
    t.equal(fresh?.domain, undefined)

    const before = await app.inject('/')
    for (const url of ['/', '/api/tasks/1']) {
      const carried = await app.inject({ url, headers: https, cookies: cookieOf(before) })
      t.equal(carried.body, before.body)
      t.equal(carried.cookies.length, 1, 'the old one stays for instances that know no other')
      const [{ name, value } = { name: '', value: '' }] = carried.cookies
      t.equal(name, '__Host-conch_owner')

      const after = await app.inject({ url: '/api/tasks/2', headers: https, cookies: { [name]: value } })
      t.equal(after.body, before.body)
      t.same(after.cookies, [])
    }
  },
)

t.test('where both cookies are sent, the https cookie counts, and the page renews it', async t => {
  const app = await appFor(t, { trustProxy: true })
  const [mine, planted] = [v7(), v7()]
  const cookies = { ...signed(planted), '__Host-conch_owner': signed(mine).conch_owner }
  for (const headers of [{ 'x-forwarded-proto': 'https' }, {}]) {
    t.equal((await app.inject({ url: '/api/tasks/1', headers, cookies })).body, mine)
    const page = await app.inject({ url: '/', headers, cookies })
    t.equal(page.body, mine)
    t.match(page.cookies, [{ name: '__Host-conch_owner', secure: true }])
  }
  const forged = { ...signed(mine), '__Host-conch_owner': signed(planted, 'y'.repeat(32)).conch_owner }
  t.equal((await app.inject({ url: '/api/tasks/1', cookies: forged })).body, mine)
})

t.test('requests by TLS while TRUST_PROXY is off are logged, once', async t => {
  const log: string[] = []
  const app = await appFor(t, { log })
  await app.inject({ url: '/healthz', headers: { 'x-forwarded-proto': 'http' } })
  await app.inject('/api/tasks/1')
  t.notMatch(log.join(''), /TRUST_PROXY/)
  for (const proto of ['https', 'https, http', 'HTTPS']) {
    const response = await app.inject({ url: '/api/tasks/1', headers: { 'x-forwarded-proto': proto } })
    t.equal(response.cookies[0]?.name, 'conch_owner', 'it is not believed')
  }
  t.equal(log.filter(line => /by TLS.*TRUST_PROXY/.test(line)).length, 1)

  const trusted: string[] = []
  const trusting = await appFor(t, { log: trusted, trustProxy: true })
  await trusting.inject({ url: '/api/tasks/1', headers: { 'x-forwarded-proto': 'https' } })
  t.same(trusted, [])
})

t.test('opening the page renews the cookie of the same owner', async t => {
  const app = await appFor(t)
  const first = await app.inject('/')
  const again = await app.inject({ url: '/?utm=1', cookies: cookieOf(first) })
  t.equal(again.body, first.body)
  t.same(cookieOf(again), cookieOf(first))
})

t.test('a cookie that is not one of ours makes a new owner', async t => {
  const app = await appFor(t)
  const id = v7()
  const { conch_owner: ours } = signed(id)
  const wrong = {
    empty: '',
    unsigned: id,
    'with an empty signature': `${id}.`,
    'signed with another secret': signed(id, 'y'.repeat(32)).conch_owner,
    'with another owner in it': ours.replace(id, v7()),
    'with a signature cut short': ours.slice(0, -1),
    'signed, but no id': signed('admin').conch_owner,
    'signed, but another kind of id': signed(v4()).conch_owner,
    'not even text': '\u0000%zz;=',
  }
  for (const [name, conch_owner] of Object.entries(wrong)) {
    const response = await app.inject({ url: '/api/tasks/1', cookies: { conch_owner } })
    t.equal(response.statusCode, 200, name)
    t.match(response.body, uuidV7)
    t.not(response.body, id)
    t.same(cookieOf(response), signed(response.body))
  }
  t.equal((await app.inject({ url: '/api/tasks/1', cookies: signed(id) })).body, id)
})

t.test('a route is the same however its address is written', async t => {
  const app = await appFor(t)
  t.match((await app.inject('/%61pi/tasks/1')).body, uuidV7)
})

t.test('requests to other addresses have no owner, and reading it throws', async t => {
  const app = await appFor(t)
  const open = await app.inject('/public')
  t.equal(open.body, 'public')
  t.equal(open.headers['set-cookie'], undefined)
  for (const url of ['/healthz', '/app.js', '/healthz?/api/']) t.equal((await app.inject(url)).statusCode, 500, url)
  t.equal((await app.inject('/api/nothing')).headers['set-cookie'], undefined)
})

/** The status that a POST with these headers gets. */
async function statusOf(app: Awaited<ReturnType<typeof appFor>>, headers: Record<string, string>) {
  return (await app.inject({ method: 'POST', url: '/api/tasks/1', headers })).statusCode
}

t.test('the pages of the server itself may change something, at any address that reaches it', async t => {
  const app = await appFor(t, { trustProxy: true })
  const own = [
    ['localhost:3000', 'http://localhost:3000'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['Example.org', 'https://example.org'],
    ['example.org:443', 'https://example.org'],
    ['example.org:80', 'http://example.org'],
  ] as const
  for (const [host, origin] of own) {
    const [scheme = ''] = origin.split(':')
    t.equal(await statusOf(app, { host, origin, 'x-forwarded-proto': scheme }), 200, `${origin} at ${host}`)
  }
})

t.test('the same host with another scheme is another origin', async t => {
  const app = await appFor(t, { trustProxy: true })
  t.equal(await statusOf(app, { host: 'example.org', origin: 'https://example.org' }), 403)
  const https = { host: 'example.org', 'x-forwarded-proto': 'https' }
  t.equal(await statusOf(app, { ...https, origin: 'http://example.org' }), 403)
  t.equal(await statusOf(app, { ...https, origin: 'https://example.org' }), 200)
})

t.test('Sec-Fetch-Site counts, with an origin or without', async t => {
  const app = await appFor(t, { corsOrigins: ['https://friend.org'] })
  const host = 'localhost:3000'
  const origin = 'http://localhost:3000'
  t.equal(await statusOf(app, { host, 'sec-fetch-site': 'same-origin' }), 200)
  t.equal(await statusOf(app, { host, 'sec-fetch-site': 'none' }), 200, 'no page asked for it')
  for (const site of ['cross-site', 'same-site']) {
    t.equal(await statusOf(app, { host, 'sec-fetch-site': site }), 403, site)
    t.equal(await statusOf(app, { host, origin, 'sec-fetch-site': site }), 403, `${site}, through another one`)
    t.equal(await statusOf(app, { host, origin: 'https://friend.org', 'sec-fetch-site': site }), 200)
  }
  t.equal(
    (await app.inject({ url: '/api/tasks/1', headers: { host, 'sec-fetch-site': 'cross-site' } })).statusCode,
    200,
  )
})

t.test('pages of other sites may change nothing', async t => {
  const app = await appFor(t, { corsOrigins: ['https://friend.org'] })
  const host = 'example.org'
  const others = [
    'https://evil.org',
    'https://sub.example.org',
    'https://example.org:8443',
    'https://example.org.evil.org',
    'https://friend.org.evil.org',
    'http://friend.org',
    'null',
    '',
    'example.org',
    'https://friend.org, https://evil.org',
  ]
  for (const origin of others) t.equal(await statusOf(app, { host, origin }), 403, origin)
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    const response = await app.inject({ method, url: '/api/tasks/1', headers: { host, origin: 'https://evil.org' } })
    t.match(response.json(), { status: 403, code: 'forbidden-origin' })
    t.equal(response.headers['set-cookie'], undefined)
  }
  t.equal(await statusOf(app, { host: '///', origin: 'https://evil.org' }), 403)
})

t.test('configured origins, and requests without an origin, may change something', async t => {
  const app = await appFor(t, { corsOrigins: ['https://friend.org'] })
  t.equal(await statusOf(app, { host: 'example.org', origin: 'https://friend.org' }), 200)
  t.equal(await statusOf(app, { host: 'example.org' }), 200)
})

t.test('behind a proxy that replaces the host, Sec-Fetch-Site counts', async t => {
  const app = await appFor(t)
  const behind = { host: '127.0.0.1:3000', origin: 'https://example.org' }
  t.equal(await statusOf(app, { ...behind, 'sec-fetch-site': 'same-origin' }), 200)
  for (const site of ['cross-site', 'same-site', 'none'])
    t.equal(await statusOf(app, { ...behind, 'sec-fetch-site': site }), 403, site)
  const trusting = await appFor(t, { trustProxy: true })
  const forwarded = { 'x-forwarded-host': 'example.org', 'x-forwarded-proto': 'https' }
  t.equal(await statusOf(trusting, { ...behind, ...forwarded }), 200)
})

t.test('pages of any site may read', async t => {
  const app = await appFor(t)
  for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
    const response = await app.inject({ method, url: '/api/tasks/1', headers: { origin: 'https://evil.org' } })
    t.equal(response.statusCode, 200, method)
  }
})
