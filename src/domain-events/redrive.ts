import { and, asc, count, desc, eq, gt, inArray, lte, notInArray, type SQL, sql } from 'drizzle-orm'
import type { PgBoss } from 'pg-boss'
import { validate as isUuid } from 'uuid'
import type { Database, Queries } from '../db/client.ts'
import { JobQueue } from '../db/job-queue.ts'
import { type DomainEvent, keyOf, type TracedEvent } from './domain-events.ts'
import { type FailedEvent, type FailedEventFilter, matching } from './failed-events.ts'
import { type EventHandler, queueOf } from './handler.ts'
import { failedEvents } from './tables.ts'

/** Failed events redriven in one transaction: bounds its size. */
const batchSize = 500

/** Selects failed events that match all given members. */
export interface Selection extends Pick<FailedEventFilter, 'handler' | 'event'> {
  ids?: readonly string[]
}

export type Redriven =
  | { kind: 'redriven'; failed: FailedEvent }
  /** It was redriven or discarded before. */
  | { kind: 'settled'; failed: FailedEvent }
  | { kind: 'unknown-handler'; failed: FailedEvent }
  | { kind: 'not-found' }

/**
 * Gives failed events back to the queues of their handlers, as new jobs with all their attempts before them, oldest
 * first: events of one key are handled in the order in which they were given up.
 *
 * The new state and the job are written in one transaction, under a lock on the row: however many redrives run at once,
 * an event runs once.
 */
export class Redrive {
  readonly #boss: PgBoss
  readonly #database: Database
  readonly #handlers: readonly string[]
  readonly #onRedriven: () => void

  /**
   * @param options.handlers the existing handlers: the events of others stay where they are
   * @param options.onRedriven called after the commit, when the handlers' queues may have new events
   */
  constructor(options: {
    boss: PgBoss
    database: Database
    handlers: readonly EventHandler[]
    onRedriven?: () => void
  }) {
    this.#boss = options.boss
    this.#database = options.database
    this.#handlers = options.handlers.map(({ name }) => name)
    this.#onRedriven = options.onRedriven ?? (() => {})
  }

  knows(handler: string): boolean {
    return this.#handlers.includes(handler)
  }

  /** How many events `many` would redrive, and how many it would leave because their handler no longer exists. */
  async preview(selection: Selection): Promise<{ count: number; withoutHandler: number }> {
    const counted = async (handlers: SQL) => {
      const [row] = await this.#database.queries
        .select({ count: count() })
        .from(failedEvents)
        .where(and(open(selection), handlers))
      return row?.count ?? 0
    }
    return {
      count: await counted(inArray(failedEvents.handler, [...this.#handlers])),
      withoutHandler: await counted(notInArray(failedEvents.handler, [...this.#handlers])),
    }
  }

  /**
   * Redrives the events that are open when it begins, in several transactions if there are many: if it is stopped in
   * between, the rest stays open.
   */
  async many(selection: Selection): Promise<{ count: number; withoutHandler: number }> {
    const { withoutHandler } = await this.preview(selection)
    const [{ id: newest } = {}] = await this.#database.queries
      .select({ id: failedEvents.id })
      .from(failedEvents)
      .orderBy(desc(failedEvents.id))
      .limit(1)
    const all = and(
      open(selection),
      inArray(failedEvents.handler, [...this.#handlers]),
      // Events that fail from now on are left out, so that this ends. Compared by id, not by time: the clock may be set
      // back.
      newest === undefined ? sql`false` : lte(failedEvents.id, newest),
    )
    let redriven = 0
    for (let after: string | undefined, more = true; more; ) {
      const page = await this.#database.queries
        .select({ id: failedEvents.id })
        .from(failedEvents)
        .where(and(all, after === undefined ? undefined : gt(failedEvents.id, after)))
        .orderBy(asc(failedEvents.id))
        .limit(batchSize)
      const ids = page.map(({ id }) => id)
      redriven += (await this.#database.queries.transaction(tx => this.#redrive(tx, ids))).length
      this.#onRedriven()
      after = ids.at(-1)
      more = ids.length === batchSize
    }
    return { count: redriven, withoutHandler }
  }

  async one(id: string): Promise<Redriven> {
    if (!isUuid(id)) return { kind: 'not-found' }
    const result = await this.#database.queries.transaction(async (tx): Promise<Redriven> => {
      const [failed] = await tx.select().from(failedEvents).where(eq(failedEvents.id, id)).for('update')
      if (!failed) return { kind: 'not-found' }
      if (failed.status !== 'open') return { kind: 'settled', failed }
      if (!this.knows(failed.handler)) return { kind: 'unknown-handler', failed }
      const [redriven = failed] = await this.#redrive(tx, [id])
      return { kind: 'redriven', failed: redriven }
    })
    this.#onRedriven()
    return result
  }

  /** Redrives those of these events that are open. */
  async #redrive(tx: Queries, ids: readonly string[]): Promise<FailedEvent[]> {
    if (ids.length === 0) return []
    const rows = await tx
      .select()
      .from(failedEvents)
      .where(and(inArray(failedEvents.id, [...ids]), eq(failedEvents.status, 'open')))
      .orderBy(asc(failedEvents.id))
      .for('update')
    if (rows.length === 0) return []
    const jobIds: Record<string, string> = {}
    for (const [handler, failed] of Map.groupBy(rows, row => row.handler)) {
      const jobs = failed.map(({ eventName, data, traceId }) => {
        const event = { name: eventName, data } as DomainEvent
        return { data: { ...event, traceId } satisfies TracedEvent, key: keyOf(event) }
      })
      const sent = await JobQueue.sendAll(this.#boss, tx, queueOf(handler), jobs)
      for (const [index, { id }] of failed.entries()) jobIds[id] = sent[index] as string
    }
    return tx
      .update(failedEvents)
      .set({
        status: 'redriven',
        settledAt: sql`now()`,
        jobId: sql`(${JSON.stringify(jobIds)}::jsonb ->> ${failedEvents.id}::text)::uuid`,
      })
      .where(inArray(failedEvents.id, Object.keys(jobIds)))
      .returning()
  }
}

function open({ ids, ...filter }: Selection): SQL | undefined {
  return and(
    matching({ ...filter, status: 'open' }),
    ids === undefined
      ? undefined
      : inArray(
          failedEvents.id,
          ids.filter(id => isUuid(id)),
        ),
  )
}
