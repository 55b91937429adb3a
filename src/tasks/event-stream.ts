import { Readable } from 'node:stream'
import type { Cursor } from './event.ts'
import type { EventLog, ResetReason } from './event-log.ts'
import type { LoggedEvent } from './event-segments.ts'

/** Where timers come from: the global functions, or a fake clock in tests. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): { refresh(): unknown }
  clearTimeout(timer: unknown): void
}

/** A comment is sent after this long without an event, so that proxies and clients know the connection is alive. */
export const heartbeatMs = 15_000

/** A client that reads nothing for this long is dropped; it comes back with its cursor if it is alive. */
export const unreadLimitMs = 30_000

/** Text taken from the log at once: bounds what one slow client can hold, at most 3 bytes per character. */
const maxCharsPerRead = 32_768

/**
 * The bytes of one client's SSE stream: a position over a log, and nothing else.
 *
 * Ends (`[DONE]`) only after a terminal event. Everything else, a client that does not read, a log that was abandoned,
 * a server that stops, destroys it, so that the client knows to come back. Whoever pipes it must destroy it when the
 * client leaves (Fastify does): `_destroy` is the one place that cleans up.
 */
export class EventStream extends Readable {
  readonly #log: EventLog
  readonly #timers: Timers
  readonly #unsubscribe: () => void
  readonly #timer: { refresh(): unknown }
  #position: Cursor
  #head: string
  #wanted = false
  #blockedMs = 0

  /** @param position from `EventLog.locate`, with the reset it asks for; @param retryMs what the client waits before it reconnects */
  constructor(
    log: EventLog,
    { position, reset }: { position: Cursor; reset?: ResetReason },
    { timers = globalThis as Timers, retryMs = 1000 + Math.round(Math.random() * 2000) } = {},
  ) {
    super()
    this.#log = log
    this.#timers = timers
    this.#position = position
    this.#head = `: open\nretry: ${retryMs}\n\n${reset ? resetFrame(reset) : ''}`
    this.#unsubscribe = log.subscribe(() => this.#pump())
    this.#timer = timers.setTimeout(() => this.#tick(), heartbeatMs)
  }

  override _read(): void {
    this.#wanted = true
    this.#blockedMs = 0
    this.#pump()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#unsubscribe()
    this.#timers.clearTimeout(this.#timer)
    callback(error)
  }

  #pump(): void {
    while (this.#wanted && !this.destroyed) {
      const read = this.#log.read(this.#position, maxCharsPerRead)
      switch (read.kind) {
        case 'events':
          this.#position = read.position
          if (read.events.length === 1) this.#send(frame(read.events[0] as LoggedEvent))
          else if (read.events.length > 1) this.#send(Buffer.concat(read.events.map(frame)))
          break
        case 'reset':
          this.#position = read.position
          this.#send(Buffer.from(resetFrame(read.reason)))
          break
        case 'wait':
          if (this.#head) this.#send(Buffer.alloc(0))
          return
        case 'ended':
          this.#send(Buffer.from('data: [DONE]\n\n'))
          this.push(null)
          return
        case 'abandoned':
          this.destroy()
          return
      }
    }
  }

  #send(bytes: Buffer): void {
    this.#wanted = false
    this.#timer.refresh()
    const head = this.#head
    this.#head = ''
    this.push(head ? Buffer.concat([Buffer.from(head), bytes]) : bytes)
  }

  #tick(): void {
    if (this.#wanted) this.#send(Buffer.from(':\n\n'))
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

/** The frame of an event, encoded once for all who read the same event live. */
function frame(event: LoggedEvent): Buffer {
  event.frame ??= Buffer.from(`id: ${event.id}\ndata: ${event.data}\n\n`)
  return event.frame
}

/** Not an event of the log: it has no id, so a client that reads it keeps its cursor. */
function resetFrame(reason: ResetReason): string {
  return `data: ${JSON.stringify({ type: 'data-reset', data: { reason }, transient: true })}\n\n`
}
