import type { Queries } from '../db/client.ts'
import type { DomainEventName, DomainEvents } from './domain-events.ts'

/** What happens after an event, in its own time and its own transaction. */
export interface EventHandler<Name extends DomainEventName = DomainEventName> {
  /** Names its queue: never changed once it has run anywhere. */
  readonly name: string
  readonly event: Name
  /** How many events it handles at once, per process. */
  readonly concurrency: number
  /**
   * Handles one event; may be called again for the same one. What throws is tried again with growing waits, unless it is
   * a `PermanentFault`.
   */
  handle(data: DomainEvents[Name], work: HandlerWork): Promise<void>
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
   * Writes what the handler has to write, in one transaction with the end of the event's job: so it is done once.
   *
   * @throws JobLost, with nothing written, when another process has the event by now
   */
  commit(write: (tx: Queries) => Promise<void>): Promise<void>
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

/** This process was thought dead, and the job given to another. */
export class JobLost extends Error {
  override readonly name = 'JobLost'
  readonly code = 'JOB_LOST'

  constructor(queue: string, id: string) {
    super(`job ${id} of ${queue} no longer is this process's`)
  }
}
