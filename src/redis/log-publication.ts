import type { EventLog } from '../tasks/log/event-log.ts'
import type { Publication } from '../tasks/log/replication.ts'

/** How long the events of an ended attempt are still sent to a Redis that was unavailable. */
const afterEndMs = 60_000

/**
 * Tracks which events of a log Redis has, and so which to send next. Dropped when the attempt has ended and Redis has
 * all of it.
 */
export class LogPublication implements Publication {
  readonly log: EventLog
  readonly attempt: number
  followers = 0
  /** Redis has the events up to this one. */
  acknowledged = 0
  /** Whether to ask Redis which events it has. */
  unsure = false
  /** Whether to rewrite the log from its first event. */
  rewrite = false
  #ended = false
  #timer: NodeJS.Timeout | undefined
  readonly #on: { changed: () => void; dropped: () => void }

  constructor(log: EventLog, attempt: number, on: { changed: () => void; dropped: () => void }) {
    this.log = log
    this.attempt = attempt
    this.#on = on
    log.onAppended = on.changed
  }

  /** Whether the log has events that Redis lacks, or may lack. */
  get more(): boolean {
    if (this.log.attempt !== this.attempt) return false
    return this.unsure || this.rewrite || this.log.lastId.seq > this.acknowledged
  }

  /** The events to send next, none to only ask Redis; `undefined` when there is nothing to do. */
  next(maxCharsOfLog: number): string[] | undefined {
    if (!this.more) return undefined
    if (this.rewrite) this.acknowledged = 0
    const events = this.log.readRaw(this.acknowledged, maxCharsOfLog).map(({ data }) => data)
    // While the lease is not valid the log yields no events; it notifies when the lease is valid again. Asking
    // meanwhile would never end, and a rewrite with no events would remove the log.
    if (events.length === 0 && (this.rewrite || !this.unsure)) return undefined
    return events
  }

  /** @param known the last seq in Redis */
  settle(known: number): void {
    this.acknowledged = known
    this.unsure = false
    if (known > 0) this.rewrite = false
  }

  end(): void {
    this.#ended = true
    if (this.more) this.#timer = setTimeout(() => this.drop(), afterEndMs)
    else this.drop()
  }

  dropIfEnded(): void {
    if (this.#ended) this.drop()
  }

  drop(): void {
    clearTimeout(this.#timer)
    // A later attempt may use the same log.
    if (this.log.onAppended === this.#on.changed) this.log.onAppended = undefined
    this.#on.dropped()
  }
}
