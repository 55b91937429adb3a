import type { PgBoss } from 'pg-boss'
import { type Database, jobsIn, type Queries } from '../db/client.ts'
import { JobQueue } from '../db/job-queue.ts'
import { type DomainEvent, keyOf } from './domain-events.ts'

/** Events handed on in one transaction: bounds its size. */
const batchSize = 100

/** What a transaction has published, in its order. */
interface Published {
  events: DomainEvent[]
}

/**
 * Events between the transaction that published them and the queues of the handlers that want them.
 *
 * A transaction that publishes pays for one job, however many handlers there are; the handing on happens afterwards, for
 * many at once. Not pg-boss's `publish`, which reads its subscribers on a connection of its own (inside a transaction of
 * the embedded database that waits for ever) and sends to each in a statement of its own. Its table of subscriptions
 * serves all the same: in a rolling upgrade an old process hands events on to handlers that it has not heard of.
 */
export class Outbox {
  readonly #boss: PgBoss
  readonly #database: Database
  readonly #queue: JobQueue<Published>

  private constructor(boss: PgBoss, database: Database, queue: JobQueue<Published>) {
    this.#boss = boss
    this.#database = database
    this.#queue = queue
  }

  static async open(boss: PgBoss, database: Database): Promise<Outbox> {
    return new Outbox(boss, database, await JobQueue.open('outbox', boss, database))
  }

  /** From now on every event of this name goes to that queue. */
  subscribe(event: DomainEvent['name'], queue: string): Promise<void> {
    return this.#boss.subscribe(event, queue)
  }

  async publish(tx: Queries, events: readonly DomainEvent[]): Promise<void> {
    if (events.length > 0) await this.#queue.send(tx, { events: [...events] })
  }

  /** Hands on what has been published, oldest first; resolves with how many transactions' worth. All or nothing. */
  async handOn(): Promise<{ handedOn: number; more: boolean }> {
    const handedOn = await this.#database.queries.transaction(async tx => {
      const jobs = await this.#queue.fetch(tx, batchSize)
      if (jobs.length === 0) return 0
      const events = jobs.flatMap(({ data }) => data.events)
      for (const [queue, wanted] of await this.#subscriptions(tx)) {
        const sent = events
          .filter(({ name }) => wanted.has(name))
          .map(event => ({ data: event.data, key: keyOf(event) }))
        await JobQueue.sendAll(this.#boss, tx, queue, sent)
      }
      await this.#queue.completeAll(tx, jobs)
      return jobs.length
    })
    return { handedOn, more: handedOn === batchSize }
  }

  /** The events that each queue wants. */
  async #subscriptions(tx: Queries): Promise<Map<string, Set<string>>> {
    const { rows } = await jobsIn(tx).executeSql('select event, name from pgboss.subscription order by name', [])
    const found = new Map<string, Set<string>>()
    for (const { event, name } of rows as { event: string; name: string }[])
      found.set(name, (found.get(name) ?? new Set()).add(event))
    return found
  }
}
