import type { EventLog } from '../tasks/log/event-log.ts'
import type { Publication } from '../tasks/log/replication.ts'

/** How long the events of an attempt that has ended are still sent to a Redis that was away. */
const afterEndMs = 60_000

/** What of a log Redis has, and so what is to be sent next. Dropped when the attempt has ended and all of it is there. */
export class LogPublication implements Publication {
  readonly log: EventLog
  readonly attempt: number
  followers = 0
  /** Redis has the events up to this one. */
  acknowledged = 0
  /** Whether it is to be asked what it has. */
  unsure = false
  /** Whether the log is to be written from its beginning. */
  anew = false
  #ended = false
  #timer: NodeJS.Timeout | undefined
  readonly #on: { changed: () => void; dropped: () => void }

  constructor(log: EventLog, attempt: number, on: { changed: () => void; dropped: () => void }) {
    this.log = log
    this.attempt = attempt
    this.#on = on
    log.onAppended = on.changed
  }

  /** Whether the log has what Redis has not, or may not have. */
  get more(): boolean {
    if (this.log.attempt !== this.attempt) return false
    return this.unsure || this.anew || this.log.lastId.seq > this.acknowledged
  }

  /** The events to be sent next, none if it only has to be asked; `undefined` when there is nothing to do. */
  next(maxCharsOfLog: number): string[] | undefined {
    if (!this.more) return undefined
    if (this.anew) this.acknowledged = 0
    const events = this.log.readRaw(this.acknowledged, maxCharsOfLog).map(({ data }) => data)
    // A log that keeps to itself what it has says so when that is over. To ask would go on for ever; to write it anew, with
    // nothing, would remove it.
    if (events.length === 0 && (this.anew || !this.unsure)) return undefined
    return events
  }

  /** @param known what Redis says that it has */
  settle(known: number): void {
    this.acknowledged = known
    this.unsure = false
    if (known > 0) this.anew = false
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
    // A later attempt may have the same log.
    if (this.log.onAppended === this.#on.changed) this.log.onAppended = undefined
    this.#on.dropped()
  }
}
