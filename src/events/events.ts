import type { Queries } from '../db/client.ts'
import type { DomainEvent } from './domain-events.ts'

/** Where domain events go. */
export interface Events {
  /**
   * Publishes events with the transaction that makes them true: rolled back with it, or delivered at least once to
   * every handler.
   */
  publish(tx: Queries, events: readonly DomainEvent[]): Promise<void>
  /** Call after the commit: handlers in this process look at once. */
  wake(): void
}
