import type { Transaction } from '../db/client.ts'
import type { DomainEvent } from './domain-events.ts'

/** The events that follow from one request, in order. */
export interface Published {
  traceId: string
  events: readonly DomainEvent[]
}

/** Publishes domain events: `QueuedEvents`, or in tests a stand-in that handles them at once. */
export interface Events {
  /** Events that are being handled in this process. */
  readonly running: number
  /** Begins to handle events. @throws when the database does not answer. */
  start(): Promise<void>

  /**
   * Publishes events in the transaction that makes them true: rolled back with it, or delivered at least once to every
   * handler. They are handed on as soon as it commits.
   *
   * @param traceId of the request that caused them
   */
  publish(tx: Transaction, traceId: string, events: readonly DomainEvent[]): Promise<void>
  /** `publish` for events of several requests. */
  publishAll(tx: Transaction, published: readonly Published[]): Promise<void>
  /** Fetches from all queues at once: for events that were given back, or became due when a clock was set. */
  wake(): void
  /**
   * Takes no more events, waits for running handlers up to `drainMs`, then leaves the rest to the next process.
   * Idempotent.
   */
  stop(drainMs: number): Promise<void>
}
