import type { Queries, Transaction } from '../db/client.ts'
import type { DomainEventName, TracedEvent } from './domain-events.ts'
import type { Events } from './events.ts'

/** Acts on events after they are published, at its own pace and in its own transaction. */
export type EventHandler<Name extends DomainEventName = DomainEventName> = SingleHandler<Name> | BatchHandler<Name>

interface NamedHandler<Name extends DomainEventName> {
  /** Names its queue: never changed once it has run anywhere. */
  readonly name: string
  readonly events: readonly Name[]
  /**
   * True for an event that the handler would do nothing about: the event is not stored for it. Called by the process
   * that hands the event on, which may run an older version: so the handler itself must do nothing as well.
   */
  ignores?(event: TracedEvent<Name>): boolean
}

export interface SingleHandler<Name extends DomainEventName = DomainEventName> extends NamedHandler<Name> {
  /** How many events it handles at once, per process. */
  readonly concurrency: number
  /**
   * Handles one event; may be called again for the same one. An error is tried again with growing waits, unless it is a
   * `PermanentFault`, or `Postponed`.
   */
  handle(event: TracedEvent<Name>, work: HandlerWork): Promise<void>
}

/** Takes all waiting events at once, so that its writes cost one transaction for many events. */
export interface BatchHandler<Name extends DomainEventName = DomainEventName> extends NamedHandler<Name> {
  /** The most events at once. One batch at a time, per process. */
  readonly batchSize: number
  /**
   * Handles events, oldest first, at most one of each key; all of them are done or none. A failed batch is handled
   * again event by event at once, and each is then treated as `handle`'s.
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
  /** Aborted when the process stops: another process begins unfinished events again. */
  readonly signal: AbortSignal
  /**
   * Writes the handler's rows in one transaction with the end of the event's job: so they are written once. A handler
   * that never calls it writes nothing.
   *
   * @throws JobLost, with nothing written, when another process has the event by now
   */
  commit(write: (tx: Transaction) => Promise<void>): Promise<void>
  /** Publishes events that follow from the handler's own work, in the transaction of `commit`. */
  readonly publish: Events['publish']
}

/** A fault that another try would not mend. */
export class PermanentFault extends Error {
  override readonly name = 'PermanentFault'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The event must wait. It is handled again after `afterMs`, at most `maxPostponedMs`; this does not count as a try.
 * Others of its key wait behind it.
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

/**
 * As long as the longest wait after a failed try: an event postponed further into the future was postponed by mistake.
 */
export const maxPostponedMs = 300_000

/** This process was thought dead, and another one has the job. */
export class JobLost extends Error {
  override readonly name = 'JobLost'
  readonly code = 'JOB_LOST'

  constructor(queue: string, id: string) {
    super(`job ${id} of ${queue} no longer is this process's`)
  }
}
