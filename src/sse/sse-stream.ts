import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Where timers come from: the global functions, or a fake clock in tests. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  performance: { now(): number }
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

/** Timers of Node fire up to a millisecond early, by the clock that says how long it has been silent. */
const earlyMs = 5

/**
 * One client's SSE connection, apart from what it says: the greeting, comments while there is silence, and an end for a
 * client that does not read.
 *
 * It is new; open, once it answers a request; ended, when all has been said, though perhaps not read; closed.
 * Nothing is buffered but what the socket has not taken yet: `pump` sends a piece while one is `wanted`.
 *
 * `leave` is the one place that cleans up. No event emitter, whose listeners take 0.5 KB for each client.
 */
export abstract class SseStream {
  /** Called once, however it ends. Of whoever answers with it. */
  onClose: (() => void) | undefined
  readonly #timers: Timers
  readonly #retryMs: number
  #timer: unknown
  /** Kept instead of beginning the timer anew with each event, which moves it in Node's list of timers: 0.5 µs, not 0.7. */
  #sentAt: number
  #response: ServerResponse | undefined
  #blocked = false
  #breakingOff = false
  #left = false
  #closed = false

  constructor({ timers = globalThis as Timers, retryMs = 1000 + Math.round(Math.random() * 2000) }: SseOptions = {}) {
    this.#timers = timers
    this.#retryMs = retryMs
    this.#sentAt = timers.performance.now()
    this.#tickAfter(heartbeatMs)
  }

  /** Whether it is closed. */
  get destroyed(): boolean {
    return this.#closed
  }

  /** Answers with it: greets the client, and sends what there is. */
  open(response: ServerResponse, headers: OutgoingHttpHeaders): void {
    if (this.#closed || response.destroyed) {
      response.destroy()
      this.destroy()
      return
    }
    this.#response = response
    // Not `once`, which wraps it: it happens once anyway.
    response.on('close', () => this.#close())
    // By itself: with what follows, Node would keep it in 70 pieces for as long as the client stays, 2.3 KB.
    response.writeHead(200, headers).flushHeaders()
    const { socket } = response
    // What is silent for long, or is not read, is known here; a timer more would be moved at each event.
    socket?.setTimeout(0)
    socket?.cork()
    this.send(`: open\nretry: ${this.#retryMs}\n\n`)
    if (this.#breakingOff) setImmediate(() => this.destroy())
    else this.pump()
    socket?.uncork()
  }

  /** Ends it so that its client comes back with its cursor. Idempotent. */
  breakOff(): void {
    if (this.#breakingOff) return
    this.#breakingOff = true
    // Before it has begun this would be an error, after which an EventSource gives up: so what greets it goes first.
    if (this.#response) setImmediate(() => this.destroy())
  }

  /** Drops the connection. Idempotent. */
  destroy(): void {
    this.#response?.destroy()
    this.#close()
  }

  /** Sends what there is, while a piece is wanted. */
  protected abstract pump(): void
  /** Called once, when nothing more will be said. */
  protected abstract leave(): void

  protected get wanted(): boolean {
    return this.#response !== undefined && !this.#blocked && !this.#left
  }

  /**
   * Sends a frame, or several: text, not empty, or one that all clients share.
   *
   * Past the response, which would put together the same chunk for each client, from three pieces: that costs 3 of 12 µs.
   */
  protected send(frame: string | SharedFrame): void {
    const response = this.#response
    if (!response || this.#left) return
    const chunk = typeof frame === 'string' ? sharedFrame(frame) : frame
    this.#sentAt = this.#timers.performance.now()
    const { socket } = response
    // Neither for HTTP/1.0, nor before the response to an earlier request on the same connection has ended.
    const direct = response.chunkedEncoding && socket?.writable
    const taken = direct ? socket.write(chunk) : response.write(textOf(chunk))
    if (taken) return
    this.#blocked = true
    ;(direct ? socket : response).once('drain', () => {
      this.#blocked = false
      if (this.wanted) this.pump()
    })
  }

  /** All has been said. */
  protected end(): void {
    this.#leave()
    this.#response?.end()
  }

  #tickAfter(ms: number): void {
    this.#timer = this.#timers.setTimeout(() => this.#tick(), ms)
  }

  #tick(): void {
    const silentMs = this.#timers.performance.now() - this.#sentAt + earlyMs
    const due = silentMs >= heartbeatMs
    this.#tickAfter(due ? heartbeatMs : heartbeatMs - silentMs)
    if (due && this.wanted) this.send(':\n\n')
    else if (silentMs >= unreadLimitMs) this.destroy()
  }

  #leave(): void {
    if (this.#left) return
    this.#left = true
    this.leave()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#timers.clearTimeout(this.#timer)
    this.#leave()
    this.onClose?.()
  }
}

/** A frame as the socket takes it, in HTTP's chunked encoding: made once for all clients that get the same one. */
export type SharedFrame = Buffer & { readonly [shared]: true }
declare const shared: unique symbol

/** @param text not empty */
export function sharedFrame(text: string): SharedFrame {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`) as SharedFrame
}

function textOf(chunk: SharedFrame): Buffer {
  return chunk.subarray(chunk.indexOf('\n') + 1, -2)
}

/** Not an event: it has no id, so a client that reads it keeps its cursor. What was shown before is void. */
export function resetFrame(reason: string): string {
  return `data: ${JSON.stringify({ type: 'data-reset', data: { reason }, transient: true })}\n\n`
}
