import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** The URL of an event stream. */
export interface Watched {
  url: string
  headers?: Record<string, string>
}

/** Connections that are opened at once: fewer than fit into any server's backlog. */
const openedAtOnce = 100

/** All read into the same bytes, one after the other: watchers must cost as little as possible. */
const buffer = Buffer.alloc(65_536)

/**
 * Clients of one event stream whose text is the times at which it was sent, each with a space after it (`timeToken`). Each
 * must get the same times, all of them, in order.
 */
export class Watchers {
  /** The times that were sent. Add one before it is sent. */
  readonly sent: string[] = []
  /** Milliseconds from the sending to the arrival, of each time at each client. */
  readonly delays: number[] = []
  readonly #sockets: Socket[] = []
  #fault: Error | undefined
  #expected = Number.POSITIVE_INFINITY
  #all = Promise.withResolvers<void>()

  /** Resolves when this many are connected, and have been answered. */
  async open(watched: Watched, count: number): Promise<void> {
    for (let opened = 0; opened < count; opened += openedAtOnce) {
      await Promise.all(Array.from({ length: Math.min(openedAtOnce, count - opened) }, () => this.#connect(watched)))
    }
    // The first bytes that the last ones get.
    await delay(300)
  }

  /** Resolves when each has got everything sent so far. @throws when one got something else, or was disconnected */
  async all(): Promise<void> {
    this.#expected = this.sent.length * this.#sockets.length
    this.#settle()
    await this.#all.promise
    this.#all = Promise.withResolvers()
    this.#expected = Number.POSITIVE_INFINITY
  }

  close(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('close').destroy()
  }

  #connect({ url, headers = {} }: Watched): Promise<void> {
    const { hostname, port, pathname, host } = new URL(url)
    return new Promise((resolve, reject) => {
      let rest = ''
      let next = 0
      let answered = false
      const callback = (bytes: number) => {
        const now = performance.now()
        rest += buffer.toString('latin1', 0, bytes)
        if (!answered) {
          const end = rest.indexOf('\r\n\r\n')
          if (end === -1) return true
          if (rest.startsWith('HTTP/1.1 200 ')) resolve()
          else reject(new Error(`${url}: ${rest}`))
          answered = true
          rest = rest.slice(end + 4)
        }
        let read = 0
        for (const { 0: found, 1: time, index } of rest.matchAll(/(\d+\.\d{3}) /g)) {
          read = index + found.length
          if (time !== this.sent[next++]) this.#fail(new Error(`${url}: ${time} instead of ${this.sent[next - 1]}`))
          this.delays.push(now - Number(time))
        }
        if (read > 0) {
          rest = rest.slice(read)
          this.#settle()
        }
        return true
      }
      const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback } })
      this.#sockets.push(socket)
      socket.once('close', () => {
        const fault = new Error(`${url}: a watcher was cut off`)
        reject(fault)
        this.#fail(fault)
      })
      socket.on('error', reject)
      const fields = Object.entries({ host, accept: 'text/event-stream', ...headers })
      socket.write(`GET ${pathname} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
    })
  }

  #fail(fault: Error): void {
    this.#fault ??= fault
    this.#settle()
  }

  #settle(): void {
    if (this.#expected === Number.POSITIVE_INFINITY) return
    if (this.#fault) this.#all.reject(this.#fault)
    else if (this.delays.length === this.#expected) this.#all.resolve()
  }
}
