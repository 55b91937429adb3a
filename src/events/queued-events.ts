import type { FastifyBaseLogger } from 'fastify'
import type { PgBoss } from 'pg-boss'
import type { Database, Queries } from '../db/client.ts'
import { JobQueue } from '../db/job-queue.ts'
import type { DomainEvent } from './domain-events.ts'
import type { Events } from './events.ts'
import { openFailedEvents } from './failed-events.ts'
import type { EventHandler } from './handler.ts'
import { type EventData, HandlerRunner, maxRetryDelaySeconds, retryDelaySeconds } from './handler-runner.ts'

interface Subscription {
  handler: EventHandler
  queue: JobQueue<EventData>
  runner: HandlerRunner
}

/**
 * Domain events as jobs: each handler has a queue of its own, and an event becomes one job in each queue of a handler
 * that wants it, sent in the transaction that publishes it. That transaction is the outbox.
 */
export class QueuedEvents implements Events {
  readonly #subscriptions: readonly Subscription[]

  private constructor(subscriptions: readonly Subscription[]) {
    this.#subscriptions = subscriptions
  }

  static async open(
    handlers: readonly EventHandler[],
    { boss, database, logger }: { boss: PgBoss; database: Database; logger: FastifyBaseLogger },
  ): Promise<QueuedEvents> {
    const failedEvents = await openFailedEvents(boss, database)
    const subscriptions: Subscription[] = []
    for (const handler of handlers) {
      const queue = await JobQueue.open<EventData>(`events.${handler.name}`, boss, database, {
        ordered: true,
        retryDelaySeconds,
        maxRetryDelaySeconds,
      })
      const runner = new HandlerRunner({ handler, queue, failedEvents, database, logger })
      subscriptions.push({ handler, queue, runner })
    }
    return new QueuedEvents(subscriptions)
  }

  get running(): number {
    return this.#subscriptions.reduce((sum, { runner }) => sum + runner.running, 0)
  }

  async start(): Promise<void> {
    for (const { runner } of this.#subscriptions) await runner.start()
  }

  async publish(tx: Queries, events: readonly DomainEvent[]): Promise<void> {
    for (const { name, data } of events) {
      for (const { handler, queue } of this.#subscriptions) {
        if (handler.event === name) await queue.send(tx, data, { key: handler.key(data as never) })
      }
    }
  }

  wake(): void {
    for (const { runner } of this.#subscriptions) runner.wake()
  }

  async stop(drainMs: number): Promise<void> {
    await Promise.all(this.#subscriptions.map(({ runner }) => runner.stop(drainMs)))
  }
}
