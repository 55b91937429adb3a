import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { ConnectionPool, type PooledHandler } from '../../src/ai/connection-pool.ts'

/** What a server was asked. */
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
  const [a, b, c, d] = ['/a', '/b', '/c', '/d'].map(get)
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
  t.equal(pool.connected, 2)
  const last = asked.portOf('/d')
  for (const path of ['/e', '/f']) {
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
  t.equal(pool.connected, 1)
  asked.request('/waiting').socket.destroy()
  while (pool.connected > 0) await new Promise(resolve => setImmediate(resolve))
  const again = get('/again')
  await asked.count(3)
  asked.answer('/again')
  t.equal(await again, 200)
})

t.test('what runs, what waits and what comes too late is told when all are dropped', async t => {
  const { pool, asked, get } = await serving(t, { maxConnections: 1 })
  const [running, waiting] = ['/running', '/waiting'].map(get)
  await asked.count(1)
  await pool.destroy()
  t.match(await running, { code: 'UND_ERR_DESTROYED' })
  t.match(await waiting, { code: 'UND_ERR_DESTROYED' })
  t.match(await get('/late'), { code: 'UND_ERR_DESTROYED' })
  t.same(asked.paths, ['/running'])
  t.equal(pool.connected, 0)
  await pool.destroy()
})

/** A pool over a server that answers when it is told to. */
async function serving(t: Test, { maxConnections }: { maxConnections: number }) {
  const asked = new Asked()
  const server = createServer((request, response) => asked.add(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const pool = new ConnectionPool({
    origin: `http://127.0.0.1:${port}`,
    maxConnections,
    maxAgeMs: 60_000,
    connectTimeoutMs: 5_000,
    limits: {},
  })
  t.teardown(async () => {
    await pool.destroy()
    server.close()
  })
  return { pool, server, asked, get: (path: string) => get(pool, path) }
}

/** The status, or why there is none. */
function get(pool: ConnectionPool, path: string): Promise<number | Error> {
  return new Promise(resolve => {
    let status = 0
    const handler: PooledHandler = {
      onRequestStart() {},
      onResponseStart(_, found) {
        status = found
      },
      onResponseData() {},
      onResponseEnd() {
        handler.release?.()
        resolve(status)
      },
      onResponseError(_, error) {
        handler.release?.()
        resolve(error)
      },
    }
    pool.dispatch({ path, method: 'GET' }, handler)
  })
}
