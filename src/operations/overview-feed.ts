import { type SharedFrame, sharedFrame, type Timers } from '../sse/sse-stream.ts'
import type { Overview } from './api-schemas.ts'
import { OverviewStream } from './overview-stream.ts'

/** Time between two overviews. */
const everyMs = 2_000

/** Listeners at most; further operators have to poll. */
const maxListeners = 50

/**
 * Overviews for all operators who listen in this process: the feed reads one for all of them, every two seconds, and none
 * without listeners. When one cannot be read, all listeners are dropped.
 */
export class OverviewFeed {
  readonly #read: () => Promise<Overview>
  readonly #timers: Timers
  readonly #onFault: (error: unknown) => void
  readonly #listeners = new Set<OverviewStream>()
  #last: SharedFrame | undefined
  #timer: unknown
  #reading: Promise<void> | undefined
  #closed = false

  constructor(read: () => Promise<Overview>, timers: Timers, onFault: (error: unknown) => void) {
    this.#read = read
    this.#timers = timers
    this.#onFault = onFault
  }

  /** A stream that begins with an overview at most two seconds old; `undefined` when all places are taken. */
  join(): OverviewStream | undefined {
    if (this.#closed || this.#listeners.size >= maxListeners) return undefined
    const stream = new OverviewStream(() => this.#leave(stream), { timers: this.#timers })
    this.#listeners.add(stream)
    if (this.#last) stream.offer(this.#last)
    else this.#refresh()
    return stream
  }

  /** Drops all listeners; resolves when no query runs any more. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    this.#dropAll()
    await this.#reading
  }

  #leave(stream: OverviewStream): void {
    this.#listeners.delete(stream)
    if (this.#listeners.size > 0) return
    this.#timers.clearTimeout(this.#timer)
    this.#last = undefined
  }

  #refresh(): void {
    this.#reading ??= this.#readAndSend().finally(() => {
      this.#reading = undefined
    })
  }

  /** Never rejects. */
  async #readAndSend(): Promise<void> {
    try {
      const chunk = { type: 'data-overview', id: 'overview', data: await this.#read(), transient: true }
      if (this.#listeners.size === 0) return
      this.#last = sharedFrame(`data: ${JSON.stringify(chunk)}\n\n`)
      for (const stream of this.#listeners) stream.offer(this.#last)
      this.#timer = this.#timers.setTimeout(() => this.#refresh(), everyMs)
    } catch (error) {
      this.#onFault(error)
      this.#dropAll()
    }
  }

  #dropAll(): void {
    this.#last = undefined
    for (const stream of this.#listeners) stream.breakOff()
  }
}
