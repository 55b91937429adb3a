import { and, count, desc, eq, lt, sql } from 'drizzle-orm'
import { validate as isUuid, v7 as uuidv7 } from 'uuid'
import type { Queries } from '../db/client.ts'
import type { DomainEvent } from './domain-events.ts'
import { type FailedEventStatus, failedEvents } from './tables.ts'

export type FailedEvent = typeof failedEvents.$inferSelect

/** How a handler gave up an event. */
export interface Failure {
  jobId: string
  handler: string
  event: DomainEvent
  traceId: string
  attempts: number
  error: string
  firstFailedAt: Date
  lastFailedAt: Date
}

export interface FailedEventFilter {
  handler?: string
  event?: string
  status?: FailedEventStatus
}

/**
 * Keeps an event that a handler gave up, for an operator. Within the transaction that ends its job: so it is in exactly
 * one of the two places. An event that was redriven is open again, with its attempts added up.
 */
export async function addFailedEvent(tx: Queries, failure: Failure): Promise<void> {
  const { event, ...row } = failure
  await tx
    .insert(failedEvents)
    .values({ ...row, id: uuidv7(), eventName: event.name, data: event.data })
    .onConflictDoUpdate({
      target: failedEvents.jobId,
      set: {
        attempts: sql`${failedEvents.attempts} + excluded.attempts`,
        error: row.error,
        lastFailedAt: row.lastFailedAt,
        status: 'open',
        settledAt: null,
      },
    })
}

/** By the time of their first failure, newest first. `before`: the id of the last one of the page before. */
export function listFailedEvents(
  tx: Queries,
  { before, limit, ...filter }: FailedEventFilter & { before?: string; limit: number },
): Promise<FailedEvent[]> {
  return tx
    .select()
    .from(failedEvents)
    .where(and(matching(filter), before === undefined ? undefined : lt(failedEvents.id, before)))
    .orderBy(desc(failedEvents.id))
    .limit(limit)
}

export async function findFailedEvent(tx: Queries, id: string): Promise<FailedEvent | undefined> {
  if (!isUuid(id)) return undefined
  const [row] = await tx.select().from(failedEvents).where(eq(failedEvents.id, id))
  return row
}

/** `undefined`, with nothing done, when there is no such open event. */
export async function discardFailedEvent(tx: Queries, id: string, reason: string): Promise<FailedEvent | undefined> {
  if (!isUuid(id)) return undefined
  const [row] = await tx
    .update(failedEvents)
    .set({ status: 'discarded', settledAt: sql`now()`, reason })
    .where(and(eq(failedEvents.id, id), eq(failedEvents.status, 'open')))
    .returning()
  return row
}

/** The number of open events, by handler; a handler without any is not in it. */
export async function openFailedEvents(tx: Queries): Promise<Map<string, number>> {
  const rows = await tx
    .select({ handler: failedEvents.handler, open: count() })
    .from(failedEvents)
    .where(eq(failedEvents.status, 'open'))
    .groupBy(failedEvents.handler)
  return new Map(rows.map(({ handler, open }) => [handler, open]))
}

export function matching({ handler, event, status }: FailedEventFilter) {
  return and(
    handler === undefined ? undefined : eq(failedEvents.handler, handler),
    event === undefined ? undefined : eq(sql<string>`${failedEvents.eventName}`, event),
    status === undefined ? undefined : eq(failedEvents.status, status),
  )
}
