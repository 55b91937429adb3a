import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ConnectionPool, type PooledHandler } from '../../src/ai/connection-pool.ts'

/** The requests that a server got. */
class Asked {
  readonly paths: string[] = []
  readonly ports = new Set<number | undefined>()
  readonly #exchanges = new Map<string, { request: IncomingMessage; response: ServerResponse }>()
  #more: () => void = () => {}

  add(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.paths.push(path)
    this.ports.add(request.socket.remotePort)
    this.#exchanges.set(path, { request, response })
    this.#more()
  }

  async count(count: number): Promise<void> {
    while (this.paths.length < count)
      await new Promise<void>(resolve => {
        this.#more = resolve
      })
  }

  answer(path: string): void {
    this.#exchanges.get(path)?.response.end('ok')
  }

  request(path: string): IncomingMessage {
    return this.#exchanges.get(path)?.request as IncomingMessage
  }

  portOf(path: string): number | undefined {
    return this.request(path).socket.remotePort
  }
}

t.test('requests beyond the limit wait in their order, and the connection used last is used first', async t => {
  const { pool, asked, get } = await serving(t, { maxConnections: 2 })
  const [a, b, c, d] = ['/a', '/b', '/c', '/d'].map(path => get(path))
  await asked.count(2)
  asked.answer('/b')
  await b
  await asked.count(3)
  t.same(asked.paths, ['/a', '/b', '/c'])
  asked.answer('/c')
  asked.answer('/a')
  await Promise.all([a, c])
  await asked.count(4)
  asked.answer('/d')
  t.equal(await d, 200)
  t.equal(asked.ports.size, 2)
  t.equal(pool.size, 2)
  const last = asked.portOf('/d')
  for (const path of ['/e', '/f']) {
    await nextTurn()
    const next = get(path)
    await asked.count(asked.paths.length + 1)
    asked.answer(path)
    await next
    t.equal(asked.portOf(path), last)
  }
})

t.test('a connection that cannot be opened, or breaks, makes room for another', async t => {
  const { pool, server, asked, get } = await serving(t, { maxConnections: 1 })
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  t.match(await get('/refused'), { code: 'ECONNREFUSED' })
  t.match(await get('/refused'), { code: 'ECONNREFUSED' })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const broken = get('/broken')
  await asked.count(1)
  const waiting = get('/waiting')
  asked.request('/broken').socket.destroy()
  t.match(await broken, { code: 'UND_ERR_SOCKET' })
  await asked.count(2)
  asked.answer('/waiting')
  t.equal(await waiting, 200)
  t.equal(pool.size, 1)
  asked.request('/waiting').socket.destroy()
  while (pool.size > 0) await nextTurn()
  const again = get('/again')
  await asked.count(3)
  asked.answer('/again')
  t.equal(await again, 200)
})

t.test('a connection that the server closes after its answer, without saying so, is not used again', async t => {
  const server = createSocketServer(socket => {
    socket.on('error', () => {})
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'))
  })
  const { pool, get } = await pooled(t, server, { maxConnections: 2 })
  t.same(new Set(await Promise.all(Array.from({ length: 100 }, () => get('/at-once')))), new Set([200]))
  for (let count = 0; count < 50; count++)
    if ((await get('/one-by-one')) !== 200) t.fail('a request was sent on a closed connection')
  while (pool.size > 0) await nextTurn()
})

t.test(
  'the pool gives up a server that takes connections and sends nothing once the time for connecting is over',
  async t => {
    const pools = [60_000, 100].map(connectTimeoutMs =>
      pooled(
        t,
        createSocketServer().on('connection', socket => socket.on('error', () => {})),
        { scheme: 'https', connectTimeoutMs },
      ),
    )
    const [patient, impatient] = await Promise.all(pools)
    const ended: unknown[] = []
    const waiting = patient?.get('/').then(end => ended.push(end))
    t.match(await impatient?.get('/'), { code: 'UND_ERR_CONNECT_TIMEOUT' })
    await delay(50)
    t.same(ended, [], 'asked before, and waits')
    await patient?.pool.destroy()
    await waiting
    t.match(ended, [{ code: 'UND_ERR_DESTROYED' }])
  },
)

t.test('a request abandoned while it waits is never sent, and opens no connection', async t => {
  const { asked, pool, get } = await serving(t, { maxConnections: 1 })
  const first = get('/first')
  await asked.count(1)
  for (let count = 0; count < 20; count++) pool.dispatch({ path: '/abandoned', method: 'GET' }, { abandoned: true })
  const last = get('/last')
  asked.answer('/first')
  await first
  await asked.count(2)
  asked.answer('/last')
  t.equal(await last, 200)
  t.same(asked.paths, ['/first', '/last'])
  t.equal(asked.ports.size, 1)
})

t.test('a second release of the same connection does nothing', async t => {
  const { asked, pool, get } = await serving(t, { maxConnections: 2 })
  const first = get('/first', { releases: 2 })
  await asked.count(1)
  asked.answer('/first')
  await first
  await nextTurn()
  const [a, b] = ['/a', '/b'].map(path => get(path))
  // Two that run at the same time, so on two connections.
  await asked.count(3)
  asked.answer('/a')
  asked.answer('/b')
  t.same(await Promise.all([a, b]), [200, 200])
  t.equal(pool.size, 2)
})

t.test('destroying the pool fails the requests that run, wait or come later', async t => {
  const { pool, asked, get } = await serving(t, { maxConnections: 1 })
  const [running, waiting] = ['/running', '/waiting'].map(path => get(path))
  await asked.count(1)
  await pool.destroy()
  t.match(await running, { code: 'UND_ERR_DESTROYED' })
  t.match(await waiting, { code: 'UND_ERR_DESTROYED' })
  t.match(await get('/late'), { code: 'UND_ERR_DESTROYED' })
  t.same(asked.paths, ['/running'])
  while (pool.size > 0) await nextTurn()
  await pool.destroy()
})

/** A pool over a server that answers when the test releases it. */
async function serving(t: Test, { maxConnections }: { maxConnections: number }) {
  const asked = new Asked()
  const server = createServer((request, response) => asked.add(request, response))
  return { asked, server, ...(await pooled(t, server, { maxConnections })) }
}

async function pooled(t: Test, server: Server, { maxConnections = 1, scheme = 'http', connectTimeoutMs = 5_000 } = {}) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const pool = new ConnectionPool({
    origin: `${scheme}://127.0.0.1:${port}`,
    maxConnections,
    maxAgeMs: 60_000,
    connectTimeoutMs,
    limits: {},
  })
  const sockets = new Set<Socket>()
  server.on('connection', socket => sockets.add(socket))
  t.teardown(async () => {
    await pool.destroy()
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { pool, get: (path: string, options?: { releases: number }) => get(pool, path, options) }
}

/** The status, or why there is none. */
function get(pool: ConnectionPool, path: string, { releases = 1 } = {}): Promise<number | Error> {
  return new Promise(resolve => {
    let status = 0
    const release = () => {
      const free = handler.release
      for (let time = 0; time < releases; time++) free?.()
    }
    const handler: PooledHandler = {
      onRequestStart() {},
      onResponseStart(_, found) {
        status = found
      },
      onResponseData() {},
      onResponseEnd() {
        release()
        resolve(status)
      },
      onResponseError(_, error) {
        release()
        resolve(error)
      },
    }
    pool.dispatch({ path, method: 'GET' }, handler)
  })
}
