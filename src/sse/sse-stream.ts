import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Where timers come from: the global functions, or a fake clock in tests. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  performance: { now(): number }
}

export interface SseOptions {
  timers?: Timers
  /** The client's wait before it reconnects: random, so that not all come at once after a restart. */
  retryMs?: number
}

/**
 * A ping is sent after this long without another frame, so that proxies and pages know that the connection is alive. A
 * connection that dies without an end (a laptop that slept, another wifi) looks to its client like one without events.
 */
export const heartbeatMs = 10_000

/** A client that reads nothing for this long is dropped; it comes back with its cursor if it is alive. */
export const unreadLimitMs = 30_000

/** Timers of Node fire up to a millisecond early, by the clock that measures the silence. */
const earlyMs = 5

/**
 * One client's SSE connection, whatever it carries: sends the greeting and pings during silence, and drops a client that
 * does not read.
 *
 * States: new; open, once it answers a request; ended, when everything is sent, though perhaps not read; closed.
 * Nothing is buffered but the bytes that the socket has not taken yet: `pump` sends a piece while one is `wanted`.
 *
 * `leave` is the one place that cleans up. No event emitter, whose listeners take 0.5 KB for each client.
 */
export abstract class SseStream {
  /** Called once when it closes, for any reason. Belongs to the code that answers with the stream. */
  onClose: (() => void) | undefined
  readonly #timers: Timers
  readonly #retryMs: number
  #timer: unknown
  /** Kept instead of restarting the timer at each event, which moves it in Node's list of timers: 0.5 µs, not 0.7. */
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

  /** Answers a request with this stream: greets the client, and pumps. */
  open(response: ServerResponse, headers: OutgoingHttpHeaders): void {
    if (this.#closed || response.destroyed) {
      response.destroy()
      this.destroy()
      return
    }
    this.#response = response
    // Not `once`, which wraps the listener: 'close' comes only once.
    response.on('close', () => this.#close())
    // Flushed alone: with the following writes, Node would keep the headers in 70 pieces for as long as the client
    // stays, 2.3 KB.
    response.writeHead(200, headers).flushHeaders()
    const { socket } = response
    // The stream's own timer finds silent and unread connections; the socket's timer would be moved at each event.
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
    // Before the response has begun this would be an error, after which an EventSource gives up: so the greeting is
    // sent first.
    if (this.#response) setImmediate(() => this.destroy())
  }

  /** Drops the connection. Idempotent. */
  destroy(): void {
    this.#response?.destroy()
    this.#close()
  }

  /** Sends pieces while one is wanted. */
  protected abstract pump(): void
  /** Called once, when nothing more will be sent. */
  protected abstract leave(): void

  protected get wanted(): boolean {
    return this.#response !== undefined && !this.#blocked && !this.#left
  }

  /**
   * Sends one or more frames: a string, not empty, or a frame that all clients share.
   *
   * Writes past the response, which would build the same chunk for each client, from three pieces: that costs 3 of 12
   * µs.
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

  /** Everything is sent: ends the response. */
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
    if (due && this.wanted) this.send(ping)
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

/**
 * A page hears it, which it cannot of a comment. It is named, so an EventSource's `onmessage` never sees it; it is transient
 * data to clients of the AI SDK, which ignore names; and it has no id, so a cursor stays as it is.
 */
const ping = sharedFrame('event: ping\ndata: {"type":"data-ping","data":{},"transient":true}\n\n')

function textOf(chunk: SharedFrame): Buffer {
  return chunk.subarray(chunk.indexOf('\n') + 1, -2)
}

/** Not an event: it has no id, so a client that reads it keeps its cursor. Voids everything shown before. */
export function resetFrame(reason: string): string {
  return `data: ${JSON.stringify({ type: 'data-reset', data: { reason }, transient: true })}\n\n`
}
