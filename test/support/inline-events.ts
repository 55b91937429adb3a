import type { Transaction } from '../../src/db/client.ts'
import type { DomainEvent } from '../../src/domain-events/domain-events.ts'
import type { Events, Published } from '../../src/domain-events/events.ts'
import type { EventHandler, HandlerWork } from '../../src/domain-events/handler.ts'

/**
 * Handles events in line: within the transaction that publishes them. The effects of an event are there as soon as the
 * event is, or not at all.
 */
export class InlineEvents implements Events {
  readonly running = 0
  readonly #handlers: readonly EventHandler[]

  constructor(handlers: readonly EventHandler[]) {
    this.#handlers = handlers
  }

  async start(): Promise<void> {}

  async publish(tx: Transaction, traceId: string, events: readonly DomainEvent[]): Promise<void> {
    const work: HandlerWork = {
      queries: tx,
      signal: new AbortController().signal,
      commit: write => write(tx),
      publish: (...published) => this.publish(...published),
    }
    for (const event of events) {
      for (const handler of this.#handlers) {
        if (!handler.events.includes(event.name)) continue
        if ('handle' in handler) await handler.handle({ ...event, traceId }, work)
        else await handler.handleAll([{ ...event, traceId }], work)
      }
    }
  }

  async publishAll(tx: Transaction, published: readonly Published[]): Promise<void> {
    for (const { traceId, events } of published) await this.publish(tx, traceId, events)
  }

  wake(): void {}

  async stop(_drainMs: number): Promise<void> {}
}
