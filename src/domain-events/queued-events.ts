import type { FastifyBaseLogger } from 'fastify'
import type { PgBoss } from 'pg-boss'
import type { Database, Transaction } from '../db/client.ts'
import { JobQueue } from '../db/job-queue.ts'
import { Poller } from '../db/poller.ts'
import type { DomainEvent, TracedEvent } from './domain-events.ts'
import type { Events, Published } from './events.ts'
import { openFailedEvents } from './failed-events.ts'
import { type EventHandler, queueOf } from './handler.ts'
import { HandlerRunner, maxRetryDelaySeconds, retryDelaySeconds } from './handler-runner.ts'
import { Outbox } from './outbox.ts'

/**
 * Domain events as jobs. A transaction writes its events into the outbox; from there each event goes into the queue of
 * every handler that wants it, where it stays until it is handled or given up.
 */
export class QueuedEvents implements Events {
  readonly #outbox: Outbox
  readonly #runners: readonly HandlerRunner[]
  readonly #poller: Poller
  readonly #database: Database
  readonly #logger: FastifyBaseLogger

  private constructor(
    outbox: Outbox,
    queues: readonly { handler: EventHandler; queue: JobQueue<TracedEvent> }[],
    database: Database,
    logger: FastifyBaseLogger,
  ) {
    const publish: Events['publish'] = (...published) => this.publish(...published)
    this.#outbox = outbox
    this.#runners = queues.map(one => new HandlerRunner({ ...one, database, publish, logger }))
    this.#database = database
    this.#logger = logger
    this.#poller = new Poller(
      () => this.#handOn(),
      error => logger.error({ err: error }, 'cannot hand on events; trying again'),
      database,
    )
  }

  static async open(
    handlers: readonly EventHandler[],
    { boss, database, logger }: { boss: PgBoss; database: Database; logger: FastifyBaseLogger },
  ): Promise<QueuedEvents> {
    const outbox = await Outbox.open(boss, database)
    const queues: { handler: EventHandler; queue: JobQueue<TracedEvent> }[] = []
    for (const handler of handlers) {
      const queue = await JobQueue.open<TracedEvent>(queueOf(handler.name), boss, database, {
        ordered: true,
        retryDelaySeconds,
        maxRetryDelaySeconds,
      })
      await outbox.subscribe(handler.events, queue.name, handler.ignores)
      queues.push({ handler, queue })
    }
    return new QueuedEvents(outbox, queues, database, logger)
  }

  get running(): number {
    return this.#runners.reduce((sum, { running }) => sum + running, 0)
  }

  async start(): Promise<void> {
    for (const runner of this.#runners) await runner.start()
    this.#poller.start()
    const open = await openFailedEvents(this.#database.queries)
    if (open.size > 0) {
      this.#logger.warn(
        { failedEvents: Object.fromEntries(open) },
        'there are failed events: an operator should redrive or discard them',
      )
    }
  }

  publish(tx: Transaction, traceId: string, events: readonly DomainEvent[]): Promise<void> {
    return this.publishAll(tx, [{ traceId, events }])
  }

  async publishAll(tx: Transaction, published: readonly Published[]): Promise<void> {
    await this.#outbox.publish(tx, published)
    tx.afterCommit(() => this.#poller.wake())
  }

  wake(): void {
    this.#poller.wake()
    this.#wakeHandlers()
  }

  #wakeHandlers(): void {
    for (const runner of this.#runners) runner.wake()
  }

  async stop(drainMs: number): Promise<void> {
    await this.#poller.stop()
    await Promise.all(this.#runners.map(runner => runner.stop(drainMs)))
  }

  async #handOn(): Promise<boolean> {
    const { handedOn, more } = await this.#outbox.handOn()
    if (handedOn > 0) this.#wakeHandlers()
    return more
  }
}
