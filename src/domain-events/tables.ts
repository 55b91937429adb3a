import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { DomainEvent } from './domain-events.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

export const failedEventStatuses = ['open', 'redriven', 'discarded'] as const
export type FailedEventStatus = (typeof failedEventStatuses)[number]

/**
 * Events that a handler could not handle, and will not try again.
 *
 * A table, not a queue of pg-boss's: operators list, filter, and give a reason when they discard, and a job has no
 * columns for it. It holds ids and codes, and words of operators; never text of users or the model.
 *
 * `open -> redriven` by an operator, `redriven -> open` when it fails again, `open -> discarded`. An event that is
 * handled after it was redriven stays `redriven`.
 */
export const failedEvents = pgTable(
  'failed_events',
  {
    id: uuid('id').primaryKey(),
    /**
     * The job that failed; once redriven, the one that tries it again. An event that fails again is found by its job:
     * handler and payload would not do, since two events may have the same.
     */
    jobId: uuid('job_id').notNull().unique(),
    handler: text('handler').notNull(),
    eventName: text('event_name').$type<DomainEvent['name']>().notNull(),
    data: jsonb('data').$type<DomainEvent['data']>().notNull(),
    traceId: text('trace_id').notNull().default(''),
    /** Sum over all its jobs. */
    attempts: integer('attempts').notNull(),
    /** The last error's code; never its message, which may quote a user. */
    error: text('error').notNull(),
    firstFailedAt: instant('first_failed_at').notNull(),
    lastFailedAt: instant('last_failed_at').notNull(),
    status: text('status').$type<FailedEventStatus>().notNull().default('open'),
    /** When it was redriven or discarded; null while it is open. */
    settledAt: instant('settled_at'),
    /** Why it was discarded. */
    reason: text('reason'),
  },
  table => [index('failed_events_open').on(table.handler, table.id).where(sql`${table.status} = 'open'`)],
)
