import { sql } from 'drizzle-orm'
import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'
import type { OutputStatus, Stage, TaskStatus } from '../task.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

/** One row per request for AI text. The user's text is in `input` alone, encrypted. */
export const tasks = pgTable(
  'tasks',
  {
    id: uuid('id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    kind: text('kind').notNull(),
    status: text('status').$type<TaskStatus>().notNull(),
    stage: text('stage').$type<Stage>().notNull(),
    /** The newest attempt; 0 before the first claim. The fencing token: only this attempt may save. */
    attempt: integer('attempt').notNull().default(0),
    lostAttempts: integer('lost_attempts').notNull().default(0),
    /** How often it has ended: once more for every retry. */
    ends: integer('ends').notNull().default(0),
    /** Trace of the request that created it: see `traceIdOf`. Empty for tasks older than this column. */
    traceId: text('trace_id').notNull().default(''),
    /** The job that runs it, while queued or running. Claiming names it, so that an earlier job cannot run it again. */
    jobId: uuid('job_id').notNull(),
    /** The task that begins when this one has ended; until then the next one has no job. */
    nextId: uuid('next_id'),
    input: encrypted<unknown>('input').notNull(),
    /** Digest of the key of the request that created it, if it had an `Idempotency-Key`: see `Idempotency`. */
    idempotencyKey: text('idempotency_key'),
    requestDigest: text('request_digest'),
    terminalId: text('terminal_id'),
    errorCode: text('error_code'),
    errorDetail: encrypted<string>('error_detail'),
    cancelRequestedAt: instant('cancel_requested_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  table => [
    index('tasks_owner').on(table.ownerId, table.id),
    // For an owner's tasks of one kind, however many there are of the others.
    index('tasks_owner_kind').on(table.ownerId, table.kind, table.id),
    index('tasks_unfinished').on(table.ownerId).where(sql`${table.status} in ('queued', 'running')`),
    index('tasks_ended').on(table.ownerId, table.finishedAt),
    index('tasks_queued').on(table.id).where(sql`${table.status} = 'queued'`),
    index('tasks_next').on(table.nextId).where(sql`${table.nextId} is not null`),
    uniqueIndex('tasks_idempotency_key')
      .on(table.ownerId, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    index('tasks_running').on(table.id).where(sql`${table.status} = 'running'`),
  ],
)

/** The texts a task produces, numbered from 0. While a task runs its text lives in the log; it is saved here at the end. */
export const outputs = pgTable(
  'outputs',
  {
    taskId: uuid('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    index: smallint('index').notNull(),
    status: text('status').$type<OutputStatus>().notNull(),
    text: encrypted<string>('text'),
    /** The text as the model wrote it, where its kind saved another one: see `TaskKind`. */
    original: encrypted<string>('original'),
    finishReason: text('finish_reason'),
    inputTokens: integer('input_tokens'),
    outputTokens: integer('output_tokens'),
    usageEstimated: boolean('usage_estimated').notNull().default(false),
    errorCode: text('error_code'),
    errorDetail: encrypted<string>('error_detail'),
    cancelRequestedAt: instant('cancel_requested_at'),
  },
  table => [primaryKey({ columns: [table.taskId, table.index] })],
)
