import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface TcpProxy {
  port: number
  /** `target` (a URL), by way of here. */
  url(target: string): string
  /** From now on new connections go to this address (host and port of a URL): it may move. */
  retarget(target: string): void
  /** Connections that are open now. */
  readonly open: number
  /** Breaks open connections, as a network that resets. */
  cut(): void
  /** While refused, new connections are cut off at once; open ones stay. */
  refuse(refused: boolean): void
  /** While frozen, nothing is passed on in either direction, and neither end is notified: packets are lost. */
  freeze(frozen: boolean): void
  /**
   * Open connections pass on nothing any more, and neither end is notified, as when a laptop sleeps or changes its network; new ones
   * work. Returns how many of them are still open.
   */
  silence(): { readonly open: number }
  /** Where new connections go from now on, as when a name is given to another server; open ones stay. */
  lead(target: string): void
  /** The delay of bytes in each direction; they keep their order, even if the delay changes meanwhile. */
  delay(ms: number): void
  /** Ends one direction of open connections: the target sees that the client sends no more. */
  halfClose(): void
}

/** A network between a client and `target` (host and port of a URL), in which faults can be made. */
export async function proxyTcp(t: Pick<Test, 'teardown'>, target: string): Promise<TcpProxy> {
  let { hostname, port } = new URL(target)
  const pairs = new Set<{ client: Socket; upstream: Socket }>()
  let refused = false
  let frozen = false
  let delayMs = 0

  const server = createServer({ allowHalfOpen: true }, client => {
    if (refused) {
      client.on('error', () => {})
      reset(client)
      return
    }
    const upstream = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    const pair = { client, upstream }
    pairs.add(pair)
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        pairs.delete(pair)
        client.destroy()
        upstream.destroy()
      })
      if (frozen) socket.pause()
    }
    relay(client, upstream)
    relay(upstream, client)
  })

  function relay(from: Socket, to: Socket): void {
    const queue: (() => void)[] = []
    let lastDue = 0
    const later = (act: () => void) => {
      if (delayMs === 0 && queue.length === 0) return act()
      const now = performance.now()
      lastDue = Math.max(now + delayMs, lastDue)
      queue.push(act)
      setTimeout(() => queue.shift()?.(), lastDue - now)
    }
    from.on('data', bytes => later(() => void (to.writable && to.write(bytes))))
    from.on('end', () => later(() => void (to.destroyed || to.end())))
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const cut = () => {
    for (const { client, upstream } of pairs) {
      reset(client)
      reset(upstream)
    }
  }
  t.teardown(() => {
    cut()
    server.close()
  })
  return {
    port: address.port,
    url(to) {
      const url = new URL(to)
      url.hostname = '127.0.0.1'
      url.port = String(address.port)
      return url.href
    },
    retarget(to) {
      ;({ hostname, port } = new URL(to))
    },
    get open() {
      return pairs.size
    },
    cut,
    refuse(value) {
      refused = value
    },
    freeze(value) {
      frozen = value
      for (const { client, upstream } of pairs) {
        for (const socket of [client, upstream]) {
          if (value) socket.pause()
          else socket.resume()
        }
      }
    },
    silence() {
      const silent = new Set(pairs)
      for (const { client, upstream } of silent) {
        for (const [one, other] of [
          [client, upstream],
          [upstream, client],
        ] as const) {
          one.removeAllListeners('data')
          one.removeAllListeners('end')
          // Read on, so that it is noticed when its end closes it.
          one.resume()
          one.on('end', () => {
            one.destroy()
            other.destroy()
          })
        }
      }
      return {
        get open() {
          return Array.from(silent).filter(({ client }) => !client.destroyed).length
        },
      }
    },
    lead(to) {
      ;({ hostname, port } = new URL(to))
    },
    delay(ms) {
      delayMs = ms
    },
    halfClose() {
      for (const { upstream } of pairs) upstream.end()
    },
  }
}

/** Not one that is about to end: Node 24 then loses its handle without closing it, and spins when the process exits. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
