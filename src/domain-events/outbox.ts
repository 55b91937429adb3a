import { sql } from 'drizzle-orm'
import type { PgBoss } from 'pg-boss'
import { type Database, jobsIn, type Queries } from '../db/client.ts'
import { JobQueue } from '../db/job-queue.ts'
import { type DomainEvent, keyOf, type TracedEvent } from './domain-events.ts'
import type { Published } from './events.ts'

/** Transactions whose events are handed on in one transaction: bounds its size. */
const batchSize = 100

export const outboxQueue = 'outbox'

/**
 * Holds events between the transaction that published them and the queues of the handlers that want them.
 *
 * A publishing transaction pays for one job, however many handlers there are; the events are handed on afterwards, many
 * at once. Not pg-boss's `publish`, which reads its subscribers on a connection of its own (inside a transaction of the
 * embedded database that waits for ever) and sends to each in a statement of its own. Its table of subscriptions is
 * used all the same: in a rolling upgrade an old process hands events on to handlers that it does not know.
 */
export class Outbox {
  readonly #boss: PgBoss
  readonly #database: Database
  readonly #queue: JobQueue<Published>
  /** By queue, the test for events of its subscription that its handler ignores. */
  readonly #ignored = new Map<string, (event: TracedEvent) => boolean>()

  private constructor(boss: PgBoss, database: Database, queue: JobQueue<Published>) {
    this.#boss = boss
    this.#database = database
    this.#queue = queue
  }

  static async open(boss: PgBoss, database: Database): Promise<Outbox> {
    return new Outbox(boss, database, await JobQueue.open(outboxQueue, boss, database))
  }

  /**
   * From now on events of these names, and no others, go to that queue; this process leaves out those that the handler
   * ignores.
   */
  async subscribe(
    events: readonly DomainEvent['name'][],
    queue: string,
    ignores?: (event: TracedEvent) => boolean,
  ): Promise<void> {
    if (ignores) this.#ignored.set(queue, ignores)
    for (const event of events) await this.#boss.subscribe(event, queue)
    const unwanted = 'delete from pgboss.subscription where name = $1 and event <> all($2::text[])'
    await this.#database.jobs.executeSql(unwanted, [queue, [...events]])
  }

  /** Publishes with one statement. */
  async publish(tx: Queries, published: readonly Published[]): Promise<void> {
    const jobs = published.filter(({ events }) => events.length > 0).map(data => ({ data }))
    await JobQueue.sendAll(this.#boss, tx, outboxQueue, jobs)
  }

  /**
   * Hands on published events, oldest first; resolves with the number of transactions whose events it handed on. All or
   * nothing, and one process after the other: two at once would mix up the order of events.
   */
  async handOn(): Promise<{ handedOn: number; more: boolean }> {
    const { backend, queries } = this.#database
    if (backend === 'pglite') return this.#handOn()
    // A transaction around the other: a job is as old as its transaction, which must not begin before the lock is held.
    return queries.transaction(async lock => {
      await lock.execute(sql`select pg_advisory_xact_lock(hashtext('conch'), hashtext('outbox'))`)
      return this.#handOn()
    })
  }

  async #handOn(): Promise<{ handedOn: number; more: boolean }> {
    const handedOn = await this.#database.queries.transaction(async tx => {
      const jobs = await this.#queue.fetch(tx, batchSize)
      if (jobs.length === 0) return 0
      const events = jobs.flatMap(({ data: { traceId, events } }) => events.map(event => ({ ...event, traceId })))
      for (const [queue, wanted] of await this.#subscriptions(tx)) {
        const sent = events
          .filter(event => wanted.has(event.name) && !this.#ignored.get(queue)?.(event))
          .map(event => ({ data: event satisfies TracedEvent, key: keyOf(event) }))
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
