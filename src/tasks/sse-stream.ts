import { Readable } from 'node:stream'

/** Where timers come from: the global functions, or a fake clock in tests. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): { refresh(): unknown }
  clearTimeout(timer: unknown): void
}

export interface SseOptions {
  timers?: Timers
  /** What the client waits before it reconnects: not all at once after a restart. */
  retryMs?: number
}

/** A comment is sent after this long without an event, so that proxies and clients know the connection is alive. */
export const heartbeatMs = 15_000

/** A client that reads nothing for this long is dropped; it comes back with its cursor if it is alive. */
export const unreadLimitMs = 30_000

/**
 * One client's SSE connection, apart from what it says: the greeting, comments while there is silence, and an end for a
 * client that does not read.
 *
 * Nothing is buffered but one piece: `pump` sends a piece when the client `wanted` one. Whoever pipes it must destroy it
 * when the client leaves (Fastify does): `leave` is the one place that cleans up.
 */
export abstract class SseStream extends Readable {
  readonly #timers: Timers
  readonly #timer: { refresh(): unknown }
  #head: string
  #wanted = false
  #breakingOff = false
  #blockedMs = 0

  constructor({ timers = globalThis as Timers, retryMs = 1000 + Math.round(Math.random() * 2000) }: SseOptions = {}) {
    super()
    this.#timers = timers
    this.#head = `: open\nretry: ${retryMs}\n\n`
    this.#timer = timers.setTimeout(() => this.#tick(), heartbeatMs)
  }

  /** Ends it so that its client comes back with its cursor. Idempotent. */
  breakOff(): void {
    if (this.#breakingOff) return
    this.#breakingOff = true
    // Before it has begun this would be an error, after which an EventSource gives up: so what greets it goes first.
    this.greet()
    setImmediate(() => this.destroy())
  }

  /** Sends what there is, if a piece is wanted. */
  protected abstract pump(): void
  /** Called once, however the connection ends. */
  protected abstract leave(): void

  protected get wanted(): boolean {
    return this.#wanted && !this.destroyed
  }

  /** Sends the greeting by itself, if nothing has been sent: the client knows that it is connected. */
  protected greet(): void {
    if (this.#head) this.send(Buffer.alloc(0))
  }

  protected send(bytes: Buffer): void {
    this.#wanted = false
    this.#timer.refresh()
    const head = this.#head
    this.#head = ''
    this.push(head ? Buffer.concat([Buffer.from(head), bytes]) : bytes)
  }

  override _read(): void {
    this.#wanted = true
    this.#blockedMs = 0
    this.pump()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.leave()
    this.#timers.clearTimeout(this.#timer)
    callback(error)
  }

  #tick(): void {
    if (this.#wanted) this.send(Buffer.from(':\n\n'))
    else {
      this.#blockedMs += heartbeatMs
      if (this.#blockedMs >= unreadLimitMs) {
        this.destroy()
        return
      }
      this.#timer.refresh()
    }
  }
}

/** Not an event: it has no id, so a client that reads it keeps its cursor. What was shown before is void. */
export function resetFrame(reason: string): string {
  return `data: ${JSON.stringify({ type: 'data-reset', data: { reason }, transient: true })}\n\n`
}
