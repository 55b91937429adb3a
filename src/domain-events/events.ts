import type { Transaction } from '../db/client.ts'
import type { DomainEvent } from './domain-events.ts'

/** What follows from one request, in its order. */
export interface Published {
  traceId: string
  events: readonly DomainEvent[]
}

/** Where domain events go: `QueuedEvents`, or in tests a stand-in that handles them in line. */
export interface Events {
  /** Events that are being handled in this process. */
  readonly running: number
  /** Begins to handle what there is. @throws when the database does not answer. */
  start(): Promise<void>

  /**
   * Publishes events with the transaction that makes them true: rolled back with it, or delivered at least once to
   * every handler. They are handed on at once when it commits.
   *
   * @param traceId of the request that they follow from
   */
  publish(tx: Transaction, traceId: string, events: readonly DomainEvent[]): Promise<void>
  /** `publish` for what follows from several requests. */
  publishAll(tx: Transaction, published: readonly Published[]): Promise<void>
  /** Looks at all queues at once: for what was given back to them, or has become due as a clock was set. */
  wake(): void
  /** Takes nothing more, waits for what runs up to `drainMs`, then leaves it to the next process. Idempotent. */
  stop(drainMs: number): Promise<void>
}
