import { bigint, date, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'

const counter = (name: string) => integer(name).notNull().default(0)
const tokens = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0)
const histogram = (name: string) => integer(name).array().notNull()

/**
 * What has ended, per day in UTC, owner and kind of task. Numbers only, which never decrease.
 *
 * The sums over all owners are stored as an owner of their own (`allOwners`): operators read them every few seconds, and
 * that must not cost more with more owners.
 */
export const statistics = pgTable(
  'statistics',
  {
    day: date('day', { mode: 'string' }).notNull(),
    ownerId: uuid('owner_id').notNull(),
    kind: text('kind').notNull(),
    /** Tasks that ended for the first time. */
    tasks: counter('tasks'),
    /** Later ends of the same tasks, after an output was written again. */
    rewrites: counter('rewrites'),
    /** How those ends came out: the four together are `tasks + rewrites`. */
    completed: counter('completed'),
    incomplete: counter('incomplete'),
    failed: counter('failed'),
    cancelled: counter('cancelled'),
    outputsCompleted: counter('outputs_completed'),
    outputsIncomplete: counter('outputs_incomplete'),
    outputsFailed: counter('outputs_failed'),
    outputsCancelled: counter('outputs_cancelled'),
    inputTokens: tokens('input_tokens'),
    outputTokens: tokens('output_tokens'),
    retries: counter('retries'),
    lostAttempts: counter('lost_attempts'),
    /** Counts outputs that had a first token; see `histogram.ts`. */
    firstToken: histogram('first_token'),
    /** Counts ends of tasks that ran. */
    total: histogram('total'),
  },
  table => [primaryKey({ columns: [table.ownerId, table.day, table.kind] })],
)
