import type { Queries, Transaction } from '../db/client.ts'
import type { DomainEventName, TracedEvent } from './domain-events.ts'
import type { Events } from './events.ts'

/** What happens after events, in its own time and its own transaction. */
export type EventHandler<Name extends DomainEventName = DomainEventName> = SingleHandler<Name> | BatchHandler<Name>

interface NamedHandler<Name extends DomainEventName> {
  /** Names its queue: never changed once it has run anywhere. */
  readonly name: string
  readonly events: readonly Name[]
  /**
   * True of an event that it would do nothing about: it need not be stored for it, and ended. Asked by the process that
   * hands the event on, which may be an older one: so the handler itself must do nothing as well.
   */
  ignores?(event: TracedEvent<Name>): boolean
}

export interface SingleHandler<Name extends DomainEventName = DomainEventName> extends NamedHandler<Name> {
  /** How many events it handles at once, per process. */
  readonly concurrency: number
  /**
   * Handles one event; may be called again for the same one. What throws is tried again with growing waits, unless it is
   * a `PermanentFault`, or `Postponed`.
   */
  handle(event: TracedEvent<Name>, work: HandlerWork): Promise<void>
}

/** Takes all that there is at once, so that what it writes costs a transaction for many events. */
export interface BatchHandler<Name extends DomainEventName = DomainEventName> extends NamedHandler<Name> {
  /** The most events at once. One batch at a time, per process. */
  readonly batchSize: number
  /**
   * Handles events, oldest first, of one key at most one; they are done together or not at all. A batch that fails is
   * handled again event by event at once, and each of them is then treated as `handle`'s.
   */
  handleAll(events: readonly TracedEvent<Name>[], work: HandlerWork): Promise<void>
}

/** The queue of a handler's events. */
export function queueOf(handler: string): string {
  return `events.${handler}`
}

export interface HandlerWork {
  /** To read with. */
  readonly queries: Queries
  /** Aborted when the process stops: what is not done then is begun anew elsewhere. */
  readonly signal: AbortSignal
  /**
   * Writes what the handler has to write, in one transaction with the end of the event's job: so it is done once. A
   * handler that never calls it has nothing to write.
   *
   * @throws JobLost, with nothing written, when another process has the event by now
   */
  commit(write: (tx: Transaction) => Promise<void>): Promise<void>
  /** Publishes what follows from the handler's own work, with the transaction of `commit`. */
  readonly publish: Events['publish']
}

/** Trying again would not help. */
export class PermanentFault extends Error {
  override readonly name = 'PermanentFault'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * It is not this event's turn. The event leaves its place and is handled again after `afterMs`, at most `maxPostponedMs`;
 * nothing was tried, so it does not count as a try. Others of its key wait behind it.
 */
export class Postponed extends Error {
  override readonly name = 'Postponed'
  readonly code = 'POSTPONED'
  readonly afterMs: number

  constructor(afterMs: number) {
    super(`not now: again in ${afterMs} ms`)
    this.afterMs = Math.min(Math.max(0, afterMs), maxPostponedMs)
  }
}

/** As long as the longest wait after a failed try: what lies further in the future is there by a mistake. */
export const maxPostponedMs = 300_000

/** This process was thought dead, and the job given to another. */
export class JobLost extends Error {
  override readonly name = 'JobLost'
  readonly code = 'JOB_LOST'

  constructor(queue: string, id: string) {
    super(`job ${id} of ${queue} no longer is this process's`)
  }
}
