import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { hosts } from '../../src/http/hosts.ts'
import { problems } from '../../src/http/problems.ts'
import { startConch } from '../support/conch.ts'

interface Setting {
  listening?: string
  allowed?: string[]
  trustProxy?: boolean
}

async function appFor(t: Test, { listening = '127.0.0.1', allowed = [], trustProxy = false }: Setting = {}) {
  const log: { msg: string; host?: string }[] = []
  const app = Fastify({
    trustProxy,
    logger: { level: 'warn', stream: { write: line => void log.push(JSON.parse(line)) } },
  })
  t.teardown(() => app.close())
  await app.register(problems)
  await app.register(hosts, { listening, allowed })
  app.all('/*', async () => 'served')
  for (const url of ['/healthz', '/readyz', '/metrics']) app.get(url, async () => 'served')
  const status = async (host: string, headers: Record<string, string> = {}, url = '/api/tasks') =>
    (await app.inject({ url, headers: { host, ...headers } })).statusCode
  return { app, status, log }
}

t.test('the server answers to the names of loopback', async t => {
  const { status } = await appFor(t)
  const loopback = [
    'localhost',
    'LOCALHOST.:3000',
    'app.localhost',
    '127.0.0.1:3000',
    '127.8.9.1',
    '[::1]:3000',
    '[::ffff:127.0.0.1]',
  ]
  for (const host of loopback) t.equal(await status(host), 200, host)
})

t.test('the server refuses any other host, whatever the address or method', async t => {
  const { app, status } = await appFor(t)
  const others = [
    'evil.org',
    'localhost.evil.org',
    'evillocalhost',
    'localhost..',
    '192.168.0.1',
    '[2001:db8::1]:3000',
    '0.0.0.0',
  ]
  for (const host of others) t.equal(await status(host), 421, host)
  for (const host of ['a b', 'localhost@evil.org', '[::1', 'localhost, evil.org'])
    t.equal(await status(host), 400, host)
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE', 'PROPFIND'] as const)
    for (const url of ['/', '/api/tasks', '/%61pi/tasks', '/nothing', '/healthz/', '/healthz?/']) {
      if (method === 'GET' && url === '/healthz?/') continue
      const response = await app.inject({ method, url, headers: { host: 'evil.org' } })
      t.equal(response.statusCode, 421, `${method} ${url}`)
      t.match(response.json(), { status: 421, code: 'misdirected-request', detail: /ALLOWED_HOSTS/ })
    }
})

t.test('health and metrics are served to any host', async t => {
  const { status } = await appFor(t)
  for (const url of ['/healthz', '/readyz', '/metrics', '/healthz?a=b'])
    for (const host of ['evil.org', '10.0.0.1:3000']) t.equal(await status(host, {}, url), 200, url)
})

t.test('the server answers to the address it listens on, and to any address on a wildcard', async t => {
  const onOne = await appFor(t, { listening: '192.168.0.7' })
  t.equal(await onOne.status('192.168.0.7:3000'), 200)
  t.equal(await onOne.status('[::ffff:192.168.0.7]'), 200)
  t.equal(await onOne.status('192.168.0.8'), 421)
  const onV6 = await appFor(t, { listening: '2001:DB8::7' })
  t.equal(await onV6.status('[2001:db8:0::7]:3000'), 200)
  const byName = await appFor(t, { listening: 'Conch.local' })
  t.equal(await byName.status('conch.local:3000'), 200)
  t.equal(await byName.status('192.168.0.7'), 421)
  for (const listening of ['0.0.0.0', '::', '0:0:0:0:0:0:0:0']) {
    const { status } = await appFor(t, { listening })
    for (const host of ['192.168.0.8', '[2001:db8::1]:3000', '10.0.0.1:80', 'localhost'])
      t.equal(await status(host), 200, host)
    t.equal(await status('evil.org'), 421)
  }
})

t.test('the server answers to the address of the name it listens on', async t => {
  const { app } = await appFor(t, { listening: 'some.name' })
  app.addresses = () => [{ address: '192.0.2.9', family: 'IPv4', port: 1 }]
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  t.match(await raw(port, 'GET / HTTP/1.1\r\nHost: 192.0.2.9\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 /)
})

t.test('ALLOWED_HOSTS allows single names, or all names below one', async t => {
  const { status } = await appFor(t, { allowed: ['example.org', '*.example.net', 'xn--3e0b707e', '203.0.113.5'] })
  for (const host of [
    'example.org',
    'EXAMPLE.org.:8080',
    'a.example.net',
    'a.b.example.net',
    'XN--3e0b707e',
    '203.0.113.5',
  ])
    t.equal(await status(host), 200, host)
  for (const host of ['a.example.org', 'example.net', 'evilexample.net', 'example.net.evil.org', '203.0.113.6'])
    t.equal(await status(host), 421, host)
})

t.test('behind a proxy that is trusted, the host that it forwards counts', async t => {
  const trusting = await appFor(t, { allowed: ['example.org'], trustProxy: true })
  t.equal(await trusting.status('conch-1:3000', { 'x-forwarded-host': 'example.org' }), 200)
  t.equal(await trusting.status('localhost', { 'x-forwarded-host': 'evil.org' }), 421)
  t.equal(await trusting.status('localhost', { 'x-forwarded-host': 'example.org, evil.org' }), 421)
  const { status } = await appFor(t, { allowed: ['example.org'] })
  t.equal(await status('evil.org', { 'x-forwarded-host': 'example.org' }), 421)
})

t.test('a request without a host, or with one in its target, does not bypass the check', async t => {
  const { app } = await appFor(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const close = 'Connection: close\r\n\r\n'
  const answers: [number, string][] = [
    [421, 'GET /api/tasks HTTP/1.0\r\n\r\n'],
    [200, 'GET /healthz HTTP/1.0\r\n\r\n'],
    [200, 'GET /api/tasks HTTP/1.0\r\nHost: localhost\r\n\r\n'],
    [421, `GET /api/tasks HTTP/1.1\r\nHost:\r\n${close}`],
    [400, `GET /api/tasks HTTP/1.1\r\n${close}`],
    [200, `GET http://localhost:3000/api/tasks HTTP/1.1\r\nHost: localhost:3000\r\n${close}`],
    [200, 'GET http://localhost/api/tasks HTTP/1.0\r\n\r\n'],
    [421, `GET http://evil.org/api/tasks HTTP/1.1\r\nHost: localhost\r\n${close}`],
    [421, `GET http://localhost/api/tasks HTTP/1.1\r\nHost: evil.org\r\n${close}`],
    [400, `GET http://localhost@evil.org/api/tasks HTTP/1.1\r\nHost: localhost\r\n${close}`],
  ]
  for (const [status, request] of answers)
    t.match(await raw(port, request), new RegExp(`^HTTP/1\\.1 ${status} `), request)
})

t.test('the first host that is refused is logged, for an operator who forgot to allow it', async t => {
  const { status, log } = await appFor(t)
  t.equal(await status('Conch.Example.org:80'), 421)
  t.equal(await status('evil.org'), 421)
  t.match(log, [{ host: 'conch.example.org', msg: /ALLOWED_HOSTS/ }])
  t.equal(log.length, 1)
})

t.test('a client cannot fill the memory of accepted hosts', async t => {
  const { status } = await appFor(t, { listening: '0.0.0.0' })
  for (let port = 1; port <= 1_500; port++) t.equal(await status(`127.0.0.1:${port}`), 200)
  t.equal(await status('evil.org'), 421)
})

t.test('Conch checks the host of every request', async t => {
  const conch = await startConch(t, { ALLOWED_HOSTS: 'example.org, *.Example.net' })
  const { port } = conch.app.server.address() as AddressInfo
  const statusOf = async (host: string, path: string) =>
    Number((await raw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).split(' ')[1])
  for (const host of [`localhost:${port}`, '127.0.0.1', 'example.org', 'a.example.net'])
    t.equal(await statusOf(host, '/api/tasks'), 200, host)
  for (const path of ['/', '/api/tasks', '/docs/json', '/vendor/htm.js', '/operations/'])
    t.equal(await statusOf('evil.org', path), 421, path)
  for (const path of ['/healthz', '/readyz', '/metrics']) t.equal(await statusOf('evil.org', path), 200, path)
})

async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request)
  return text(socket)
}
