import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import t, { type Test } from 'tap'
import { Connections, type ConnectionsOptions, requestLimits } from '../../src/http/connections.ts'
import { problems } from '../../src/http/problems.ts'
import { startConch } from '../support/conch.ts'

/** Too long to pass within a test, and short enough for a test that waits for it. */
const soonMs = 100

interface Limits extends Partial<ConnectionsOptions> {
  headersMs?: number
  requestMs?: number
}

/** A server with some connections, and what it logs. `GET /held` is answered when `release` is called. */
async function serving(t: Test, { headersMs = 0, requestMs = 0, ...options }: Limits) {
  const log: { message: string; fields: object }[] = []
  const connections = new Connections({
    most: 1000,
    logger: { warn: (fields, message) => void log.push({ message, fields }) },
    ...options,
  })
  const app = Fastify({
    http: { headersTimeout: headersMs, connectionsCheckingInterval: 10 },
    requestTimeout: requestMs,
    clientErrorHandler: connections.clientErrorHandler,
    forceCloseConnections: true,
  })
  connections.watch(app.server)
  t.teardown(() => app.close())
  await app.register(problems)
  app.get('/', async () => 'here')
  app.post('/', async () => 'got')
  const held: FastifyReply[] = []
  app.get('/held', (_request, reply) => void held.push(reply))
  app.get('/begun', (_request, reply) => {
    reply.hijack()
    reply.raw.write('begun')
  })
  app.get('/large', async () => Buffer.alloc(64 * 1024 * 1024))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, connections, log, held, client: (bytes?: string) => client(t, app, bytes) }
}

interface Client {
  socket: Socket
  /** Everything that came. */
  got(): string
  closed: Promise<unknown>
  /** Resolves once this has come. */
  until(text: string): Promise<void>
}

async function client(t: Test, app: FastifyInstance, bytes = ''): Promise<Client> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  const closed = new Promise(resolve => socket.on('close', resolve))
  let got = ''
  socket.on('data', data => {
    got += data
  })
  await once(socket, 'connect')
  socket.write(bytes)
  const until = async (text: string) => {
    while (!got.includes(text)) await once(socket, 'data')
  }
  return { socket, got: () => got, closed, until }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`
const silentBody = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n'

/** Waits for what the server notices on its own schedule. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}

t.test('headers that do not arrive in time are answered with 408, and so is a body', async t => {
  const { connections, client } = await serving(t, { headersMs: soonMs, requestMs: 2 * soonMs })
  const late = [
    await client(),
    await client('GET / HTTP/1.1\r\nhost: loc'),
    await client(silentBody),
    await client(`${silentBody}{`),
    await client(
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
    ),
  ]
  const drop = setInterval(() => late[3]?.socket.write(' '), soonMs / 20)
  await Promise.all(late.map(({ closed }) => closed))
  clearInterval(drop)
  for (const { got } of late) t.match(got(), /^HTTP\/1\.1 408 .*application\/problem\+json.*"request-timeout"/s)
  t.match(connections.closed, { late: late.length, unread: 0 })
})

t.test(
  'a request that has arrived may be answered for as long as it takes, and connections stay open for more',
  async t => {
    const { held, client, connections } = await serving(t, {
      headersMs: soonMs / 4,
      requestMs: soonMs / 4,
      unreadMs: soonMs,
    })
    const patient = await client(get('/held'))
    const stream = await client(get('/begun'))
    const kept = await client(get('/'))
    await Promise.all([kept.until('here'), stream.until('begun'), until(() => held.length === 1)])
    // Each takes longer than the time after which a late request is ended.
    for (let round = 0; round < 10; round++) await (await client()).closed
    await held[0]?.send('at last')
    await patient.until('at last')
    t.notOk(stream.socket.destroyed)
    kept.socket.write(get('/'))
    await kept.until('here')
    t.match(connections.closed, { late: 10, unread: 0 })
  },
)

t.test('a request that arrives while the process hangs is answered, however late the process is', async t => {
  const { app, client, connections, held } = await serving(t, {})
  const limit = (ms: number) => Object.assign(app.server, { headersTimeout: ms, requestTimeout: ms })
  const body = silentBody.replace('999', '2')
  const [fresh, half, headers] = [await client(), await client('GET / HTTP/1.1\r\nhost: loc'), await client(body)]
  const [whole, silent] = [await client(), await client()]
  await until(() => connections.size === 5)
  // When this request is there, what was sent before it is read.
  const last = await client(get('/held'))
  await until(() => held.length === 1)

  fresh.socket.write(get('/'))
  half.socket.write('alhost\r\n\r\n')
  headers.socket.write('{}')
  whole.socket.write(`${body}{}`)
  limit(soonMs)
  hang(2 * soonMs)
  await silent.closed
  limit(0)
  const arrived = [fresh, half, headers, whole]
  await Promise.all(arrived.map(({ until, closed }) => Promise.race([until(' 200 '), closed])))
  t.same(
    [...arrived, silent].map(({ got }) => got().split('\r\n')[0]),
    [...arrived.map(() => 'HTTP/1.1 200 OK'), 'HTTP/1.1 408 Request Timeout'],
  )
  t.match(connections.closed, { late: 1 })

  // They are connections as any other: more requests are answered, and late ones are ended.
  fresh.socket.write(get('/held'))
  await until(() => held.length === 2)
  for (const reply of held) reply.send('at last')
  await Promise.all([last.until('at last'), fresh.until('at last')])
  fresh.socket.write('GET / HTTP')
  limit(soonMs)
  await fresh.closed
  t.match(fresh.got(), /HTTP\/1\.1 408 /)
})

/** Does nothing, and reads nothing, for so long. */
function hang(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

t.test('when a body never comes, no error is written into a running answer: the connection is cut', async t => {
  const { client } = await serving(t, { headersMs: soonMs, requestMs: soonMs })
  const stream = await client(get('/begun').replace('\r\n\r\n', '\r\ncontent-length: 9\r\n\r\n'))
  await stream.closed
  t.match(stream.got(), /^HTTP\/1\.1 200 .*begun\r\n$/s)
})

t.test('an answer that its client does not read is dropped', async t => {
  const { client, connections } = await serving(t, { unreadMs: soonMs })
  const lazy = await client()
  lazy.socket.pause()
  lazy.socket.write(get('/large'))
  await until(() => connections.closed.unread === 1)
  await until(() => connections.size === 0)
  t.match(connections.closed, { unread: 1, late: 0 })
})

t.test('a new connection replaces the oldest that waits for a request', async t => {
  const { client, connections, held } = await serving(t, { most: 6 })
  const stream = await client(get('/begun'))
  await stream.until('begun')
  const answered = await client(get('/held'))
  await until(() => held.length === 1)
  const [body, silent, idle] = [await client(silentBody), await client(), await client(get('/'))]
  await idle.until('here')
  const half = await client('GET / HT')
  await until(() => connections.size === 6)

  for (const gone of [body, silent, idle, half]) {
    const newcomer = await client(get('/held'))
    await gone.closed
    await until(() => held.length === connections.closed.replaced + 1)
    t.notOk(newcomer.socket.destroyed)
    t.equal(connections.size, 6)
  }
  t.match(connections.closed, { replaced: 4, refused: 0 })

  const tooMany = await client(get('/'))
  await tooMany.closed
  t.equal(tooMany.got(), '', 'all are being answered')
  t.match(connections.closed, { replaced: 4, refused: 1 })
  for (const reply of held) reply.send('at last')
  await answered.until('at last')
  t.notOk(stream.socket.destroyed)
})

t.test('however many wait at once, each newcomer is served', async t => {
  const { client, connections } = await serving(t, { most: 20 })
  await Promise.all(Array.from({ length: 300 }, () => client(silentBody)))
  for (let visit = 0; visit < 100; visit++) {
    const visitor = await client(get('/'))
    await visitor.until('here')
    if (visit % 2) visitor.socket.destroy()
  }
  t.ok(connections.size <= 20)
  t.equal(connections.closed.refused, 0)
})

t.test('a closed connection makes room', async t => {
  const { client, connections } = await serving(t, { most: 2 })
  for (let visit = 0; visit < 5; visit++) {
    const visitor = await client(get('/begun'))
    await visitor.until('begun')
    visitor.socket.destroy()
    await until(() => connections.size === 0)
  }
  t.match(connections.closed, { replaced: 0, refused: 0 })
})

t.test('connections near their limit are logged, at most once a minute', async t => {
  let now = 0
  const { client, log } = await serving(t, { most: 10, now: () => now })
  const begun = async () => (await client(get('/begun'))).until('begun')
  for (let count = 1; count <= 8; count++) await begun()
  t.same(log, [])
  await begun()
  t.match(log, [{ message: /near their limit/, fields: { connections: 9, most: 10 } }])
  await begun()
  t.equal(log.length, 1)
  await (await client()).closed
  await (await client()).closed
  t.match(log.slice(1), [{ message: /are refused/, fields: { connections: 10, closed: { refused: 1 } } }])
  now += 60_000
  await (await client()).closed
  t.match(log.slice(2), [{ message: /are refused/, fields: { closed: { refused: 3 } } }])
})

t.test('Conch gives headers 10 s and a request 30 s, and checks often enough', async t => {
  const { app } = await startConch(t, { MAX_CONNECTIONS: '77' })
  t.match(requestLimits, { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 })
  t.match(app.server, { headersTimeout: 10_000, requestTimeout: 30_000, timeout: 30_000 })
  t.match((await app.inject('/metrics')).body, /^conch_max_connections 77$/m)
})
