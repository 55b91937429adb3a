import { and, asc, count, desc, eq, gt, inArray, lt, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { validate as isUuid } from 'uuid'
import { arrayOf } from '../../db/array-of.ts'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { taskNotFound } from '../errors.ts'
import type { Effort, EndedTaskStatus, OutputError, Stage, TaskStatus } from '../task.ts'
import {
  type ClaimedTask,
  type LaneResult,
  type OwnedTask,
  outputValues,
  type RequestDigests,
  readInput,
  readOutput,
  readTask,
  type StoredInput,
  type StoredOutput,
  type TaskRow,
  taskPlace,
} from './rows.ts'
import { outputs, tasks } from './tables.ts'
import { oneOf } from './task-queries.ts'

/** A task to be stored. */
export interface NewTask {
  id: string
  ownerId: string
  kind: string
  jobId: string
  traceId: string
  input: unknown
  /** How many. */
  outputs: number
  createdAt: Date
  digests?: RequestDigests
}

/** The result of an attempt that ends. */
export interface TaskEnd {
  status: EndedTaskStatus
  stage: Stage
  terminalId: string
  error?: OutputError
  outputs: LaneResult[]
  /** The kind's `save` is skipped: it may be what fails. */
  bare?: boolean
  /** Whether a reader follows it. */
  watched: boolean
  /** Efforts of the outputs that this attempt was to write, by index. */
  efforts: ReadonlyMap<number, Effort>
}

/** An attempt that ends. */
export interface EndingTask {
  taskId: string
  ownerId: string
  attempt: number
  end: TaskEnd
}

/** Result of a saved end: the task that waited for this one, and no longer does, and how often this one has ended. */
export interface Saved {
  nextId: string | null
  ends: number
}

/**
 * The SQL for tasks and their outputs, all of it in one file, so that every change of a row can be found. A method that
 * joins a transaction takes it as its first argument.
 */
export class TaskStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  /** Stores tasks, their outputs, and the jobs that run them, if `sending` sends some: in one statement, so all or nothing. */
  async insert(tx: Queries, created: readonly NewTask[], sending?: SQL): Promise<TaskRow[]> {
    const list = <T>(type: string, of: (task: NewTask) => T) => arrayOf(type, created, of)
    const given = tx.$with('given', {}).as(sql`select * from unnest(
      ${list('uuid', ({ id }) => id)}, ${list('uuid', ({ ownerId }) => ownerId)}, ${list('text', ({ kind }) => kind)},
      ${list('uuid', ({ jobId }) => jobId)}, ${list('text', ({ traceId }) => traceId)},
      ${list('bytea', task => this.#cipher.seal(tasks.input, taskPlace(task), task.input))},
      ${list('text', ({ digests }) => digests?.key ?? null)}, ${list('text', ({ digests }) => digests?.request ?? null)},
      ${list('timestamptz', ({ createdAt }) => createdAt.toISOString())}, ${list('integer', task => task.outputs)}
    ) as given (id, owner_id, kind, job_id, trace_id, input, idempotency_key, request_digest, created_at, outputs)`)
    const inserted = tx.$with('inserted', { id: tasks.id }).as(sql`
      insert into ${tasks}
        (id, owner_id, kind, status, stage, job_id, trace_id, input, idempotency_key, request_digest, created_at)
      select id, owner_id, kind, 'queued', 'queued', job_id, trace_id, input, idempotency_key, request_digest, created_at
      from ${given} returning id`)
    const pending = tx.$with('pending', {}).as(sql`
      insert into ${outputs} (task_id, index, status)
      select id, index, 'pending' from ${given}, generate_series(0, given.outputs - 1) as index`)
    const sent = sending ? [tx.$with('sent', {}).as(sending)] : []
    await tx
      .with(given, inserted, pending, ...sent)
      .select({ id: inserted.id })
      .from(inserted)
      // Postgres takes longer to plan it than to run it: planned once on each connection, it runs 1.4 times as often.
      .prepare(sending ? 'store_tasks_sent' : 'store_tasks_waiting')
      .execute()
    return created.map(({ outputs: _, input: __, digests: ___, ...task }) => ({
      ...task,
      status: 'queued',
      stage: 'queued',
      attempt: 0,
      lostAttempts: 0,
      ends: 0,
      nextId: null,
      terminalId: null,
      errorCode: null,
      error: undefined,
      cancelRequestedAt: null,
      startedAt: null,
      finishedAt: null,
    }))
  }

  /** The owner's task whose request had the key with this digest, and the digest of that request. */
  async findKeyed(
    tx: Queries,
    ownerId: string,
    keyDigest: string,
  ): Promise<{ task: TaskRow; requestDigest: string | null } | undefined> {
    const [row] = await tx
      .select()
      .from(tasks)
      .where(and(eq(tasks.ownerId, ownerId), eq(tasks.idempotencyKey, keyDigest)))
    return row && { task: readTask(this.#cipher, row), requestDigest: row.requestDigest }
  }

  /** How many tasks wait, counted up to `limit`. */
  async queued(tx: Queries, limit: number): Promise<number> {
    const some = tx.select({ id: tasks.id }).from(tasks).where(eq(tasks.status, 'queued')).limit(limit).as('some')
    const [row] = await tx.select({ value: count() }).from(some)
    return row?.value ?? 0
  }

  /** The owner's task; `undefined` when there is none of this owner. `forUpdate` locks it until the transaction ends. */
  async find(tx: Queries, id: string, ownerId: string, { forUpdate = false } = {}): Promise<TaskRow | undefined> {
    if (!isUuid(id)) return undefined
    const query = tx
      .select()
      .from(tasks)
      .where(and(eq(tasks.id, id), eq(tasks.ownerId, ownerId)))
    const [row] = await (forUpdate ? query.for('update') : query)
    return row && readTask(this.#cipher, row)
  }

  /** The task, of any owner. @throws Problem `task-not-found` */
  async get(tx: Queries, id: string): Promise<TaskRow> {
    const [row] = await tx.select().from(tasks).where(eq(tasks.id, id))
    if (!row) throw taskNotFound()
    return readTask(this.#cipher, row)
  }

  /** Those of these tasks that exist, of any owner. */
  async getAll(tx: Queries, ids: readonly string[]): Promise<Map<string, TaskRow>> {
    const rows = await tx.select().from(tasks).where(oneOf(ids))
    return new Map(rows.map(row => [row.id, readTask(this.#cipher, row)]))
  }

  /** Keeps these tasks from being removed until the transaction ends. */
  async hold(tx: Queries, ids: readonly string[]): Promise<void> {
    await tx.select({ id: tasks.id }).from(tasks).where(oneOf(ids)).orderBy(asc(tasks.id)).for('key share')
  }

  /** The outputs of these tasks, by task. A damaged output is included, with `damaged`. */
  async outputsOf(tx: Queries, owned: readonly OwnedTask[]): Promise<Map<string, StoredOutput[]>> {
    const found = new Map<string, StoredOutput[]>(owned.map(({ id }) => [id, []]))
    if (owned.length === 0) return found
    const owners = ownersOf(owned)
    const rows = await tx
      .select()
      .from(outputs)
      .where(inArray(outputs.taskId, [...owners.keys()]))
      .orderBy(asc(outputs.taskId), asc(outputs.index))
    for (const row of rows) found.get(row.taskId)?.push(readOutput(this.#cipher, owners.get(row.taskId) as string, row))
    return found
  }

  /** Newest first; `before` is the id of the last task of the page before. */
  async list(
    tx: Queries,
    ownerId: string,
    filter: { kind?: string; status?: readonly TaskStatus[]; before?: string; limit: number },
  ): Promise<TaskRow[]> {
    const rows = await tx
      .select()
      .from(tasks)
      .where(
        and(
          eq(tasks.ownerId, ownerId),
          filter.kind === undefined ? undefined : eq(tasks.kind, filter.kind),
          filter.status === undefined ? undefined : inArray(tasks.status, [...filter.status]),
          filter.before === undefined ? undefined : lt(tasks.id, filter.before),
        ),
      )
      .orderBy(desc(tasks.id))
      .limit(filter.limit)
    return rows.map(row => readTask(this.#cipher, row))
  }

  /** The newest task of all owners. */
  async newestId(tx: Queries): Promise<string | undefined> {
    const [row] = await tx.select({ id: tasks.id }).from(tasks).orderBy(desc(tasks.id)).limit(1)
    return row?.id
  }

  /** Ids of all ended tasks of a kind, of all owners, in their order, `limit` at a time after `after`. */
  async endedIds(tx: Queries, kind: string, after: string | undefined, limit: number): Promise<string[]> {
    const rows = await tx
      .select({ id: tasks.id })
      .from(tasks)
      .where(
        and(
          eq(tasks.kind, kind),
          notInArray(tasks.status, ['queued', 'running']),
          after === undefined ? undefined : gt(tasks.id, after),
        ),
      )
      .orderBy(asc(tasks.id))
      .limit(limit)
    return rows.map(({ id }) => id)
  }

  /**
   * Begins the next attempt of each task whose current job is given; ignores jobs that no task has (cancelled,
   * replaced). A task found `running` lost its attempt with the process that ran it.
   */
  async claim(tx: Queries, jobs: readonly { taskId: string; jobId: string }[]): Promise<ClaimedTask[]> {
    if (jobs.length === 0) return []
    const rows = await tx
      .update(tasks)
      .set({
        attempt: sql`${tasks.attempt} + 1`,
        lostAttempts: sql`${tasks.lostAttempts} + case when ${tasks.status} = 'running' then 1 else 0 end`,
        status: 'running',
        stage: 'preparing',
        startedAt: sql`coalesce(${tasks.startedAt}, now())`,
      })
      .where(
        and(
          inArray(tasks.status, ['queued', 'running']),
          or(...jobs.map(({ taskId, jobId }) => and(eq(tasks.id, taskId), eq(tasks.jobId, jobId)))),
        ),
      )
      .returning()
    const stored = await this.outputsOf(tx, rows)
    const cipher = this.#cipher
    const claimedAt = new Date()
    return rows.map(row => {
      const { id, input } = row
      return {
        ...readTask(cipher, row),
        claimedAt,
        outputs: stored.get(id) ?? [],
        // Deciphered when used: an input that cannot be read breaks its own attempt, not the claims of all the others.
        input: () => cipher.open(tasks.input, taskPlace(row), input),
      }
    })
  }

  /**
   * Ends attempts, with one statement for all their tasks and one for all outputs. Ignores a task that has a newer
   * attempt or has ended; with `skipLocked` also one whose row another transaction has locked. Answers the result for
   * each; `undefined` for an ignored one.
   */
  async end(tx: Queries, ending: readonly EndingTask[], { skipLocked = false } = {}): Promise<(Saved | undefined)[]> {
    const list = (type: string, of: (ending: EndingTask) => unknown) => arrayOf(type, ending, of)
    const ids = list('uuid', ({ taskId }) => taskId)
    const ended = sql`unnest(
      ${ids}, ${list('integer', ({ attempt }) => attempt)}, ${list('text', ({ end }) => end.status)},
      ${list('text', ({ end }) => end.stage)}, ${list('text', ({ end }) => end.terminalId)},
      ${list('text', ({ end }) => end.error?.code ?? null)},
      ${list('bytea', ({ taskId: id, ownerId, end: { error } }) => (error ? this.#cipher.seal(tasks.errorDetail, taskPlace({ id, ownerId }), error.detail) : null))}
    ) as ended (id, attempt, status, stage, terminal_id, error_code, error_detail)`
    const free = tx.$with('free').as(
      tx
        .select({ id: tasks.id })
        .from(tasks)
        .where(sql`${tasks.id} = any(${ids})`)
        .for('no key update', skipLocked ? { skipLocked } : {}),
    )
    const rows = await tx
      .with(free)
      .update(tasks)
      .set({
        status: sql`ended.status`,
        stage: sql`ended.stage`,
        terminalId: sql`ended.terminal_id`,
        errorCode: sql`ended.error_code`,
        errorDetail: sql`ended.error_detail`,
        finishedAt: sql`now()`,
        ends: sql`${tasks.ends} + 1`,
      })
      .from(ended)
      .where(
        and(
          sql`${tasks.id} = ended.id`,
          sql`${tasks.attempt} = ended.attempt`,
          eq(tasks.status, 'running'),
          sql`${tasks.id} in (select id from ${free})`,
        ),
      )
      .returning({ id: tasks.id, attempt: tasks.attempt, nextId: tasks.nextId, ends: tasks.ends })
    const saved = ending.map(({ taskId, attempt }) => rows.find(row => row.id === taskId && row.attempt === attempt))
    await this.#saveOutputs(
      tx,
      ending.filter((_, index) => saved[index]),
    )
    return saved
  }

  /**
   * Makes `nextId` wait for `taskId`; false when that one has ended or was deleted, so that there is nothing to wait
   * for.
   */
  async link(tx: Queries, taskId: string, nextId: string): Promise<boolean> {
    const rows = await tx
      .update(tasks)
      .set({ nextId })
      .where(and(eq(tasks.id, taskId), inArray(tasks.status, ['queued', 'running'])))
      .returning({ id: tasks.id })
    return rows.length > 0
  }

  /** Whether an unfinished task precedes this one, as of now. */
  async waitsForOther(tx: Queries, { id }: TaskRow): Promise<boolean> {
    const rows = await tx
      .select({ id: tasks.id })
      .from(tasks)
      .where(and(eq(tasks.nextId, id), inArray(tasks.status, ['queued', 'running'])))
    return rows.length > 0
  }

  /**
   * Makes the task behind `task` wait for the one before it; false when the one before ended or was deleted while its
   * row was being locked.
   */
  async bypass(tx: Queries, task: TaskRow): Promise<boolean> {
    const rows = await tx
      .update(tasks)
      .set({ nextId: task.nextId })
      .where(and(eq(tasks.nextId, task.id), inArray(tasks.status, ['queued', 'running'])))
      .returning({ id: tasks.id })
    return rows.length > 0
  }

  /** The job for a task that waits for another. */
  async waiting(tx: Queries, id: string): Promise<{ id: string; jobId: string } | undefined> {
    const [row] = await tx
      .select({ id: tasks.id, jobId: tasks.jobId })
      .from(tasks)
      .where(and(eq(tasks.id, id), eq(tasks.status, 'queued')))
    return row
  }

  /** The inputs, by task; `Input` is that of their kind. */
  async inputs<Input>(tx: Queries, owned: readonly OwnedTask[]): Promise<Map<string, StoredInput<Input>>> {
    const owners = ownersOf(owned)
    const rows = await tx
      .select({ id: tasks.id, input: tasks.input })
      .from(tasks)
      .where(inArray(tasks.id, [...owners.keys()]))
    return new Map(
      rows.map(({ id, input }) => {
        const task = { id, ownerId: owners.get(id) as string }
        return [id, readInput(this.#cipher, task, input) as StoredInput<Input>]
      }),
    )
  }

  /** Those of these tasks that wait or run, oldest first, locked until the transaction ends. */
  async lockUnfinished(tx: Queries, ids: readonly string[]): Promise<TaskRow[]> {
    const rows = await tx
      .select()
      .from(tasks)
      .where(and(oneOf(ids), inArray(tasks.status, ['queued', 'running'])))
      .orderBy(asc(tasks.id))
      .for('update')
    return rows.map(row => readTask(this.#cipher, row))
  }

  /** Removes tasks with their outputs and all rows that their kinds keep of them. */
  async remove(tx: Queries, ids: readonly string[]): Promise<void> {
    await tx.delete(tasks).where(oneOf(ids))
  }

  /**
   * Ends a task that no attempt has claimed (any more) as cancelled; answers how often it has ended by now. Outputs
   * that have ended stay as they are.
   */
  async cancelQueued(tx: Queries, taskId: string, attempt: number, terminalId: string): Promise<number> {
    const [row] = await tx
      .update(tasks)
      .set({
        status: 'cancelled',
        attempt,
        terminalId,
        cancelRequestedAt: sql`now()`,
        finishedAt: sql`now()`,
        ends: sql`${tasks.ends} + 1`,
      })
      .where(and(eq(tasks.id, taskId), eq(tasks.status, 'queued')))
      .returning({ ends: tasks.ends })
    await tx
      .update(outputs)
      .set({ status: 'cancelled' })
      .where(and(eq(outputs.taskId, taskId), eq(outputs.status, 'pending')))
    return row?.ends ?? 0
  }

  async requestCancel(tx: Queries, taskId: string): Promise<void> {
    await tx.update(tasks).set({ cancelRequestedAt: sql`now()` }).where(eq(tasks.id, taskId))
  }

  async requestOutputCancel(tx: Queries, taskId: string, index: number): Promise<void> {
    await tx
      .update(outputs)
      .set({ cancelRequestedAt: sql`now()` })
      .where(and(eq(outputs.taskId, taskId), eq(outputs.index, index)))
  }

  /** Resets an output, so that the next (or the running) attempt writes it. */
  async resetOutput(tx: Queries, taskId: string, index: number): Promise<void> {
    await tx
      .update(outputs)
      .set({
        status: 'pending',
        cancelRequestedAt: null,
        finishReason: null,
        inputTokens: null,
        outputTokens: null,
        errorCode: null,
        errorDetail: null,
      })
      .where(and(eq(outputs.taskId, taskId), eq(outputs.index, index)))
  }

  /** Gives a running task another job. It stays running, so that claiming it counts the attempt as lost. */
  async replaceJob(tx: Queries, taskId: string, attempt: number, jobId: string): Promise<boolean> {
    const rows = await tx
      .update(tasks)
      .set({ jobId })
      .where(and(eq(tasks.id, taskId), eq(tasks.attempt, attempt), eq(tasks.status, 'running')))
      .returning({ id: tasks.id })
    return rows.length > 0
  }

  /** Puts a task back into the queue under a new job: an ended one whose output is retried, or a running one given back. */
  async requeue(tx: Queries, taskId: string, attempt: number, jobId: string): Promise<boolean> {
    const rows = await tx
      .update(tasks)
      .set({
        status: 'queued',
        stage: 'queued',
        jobId,
        // No task waits any longer for a retried one, which had ended; a returned one keeps its place in the chain.
        nextId: sql`case when ${tasks.status} = 'running' then ${tasks.nextId} end`,
        terminalId: null,
        finishedAt: null,
        errorCode: null,
        errorDetail: null,
        // A retry by its user clears the cancellation; a given-back task keeps it.
        cancelRequestedAt: sql`case when ${tasks.status} = 'running' then ${tasks.cancelRequestedAt} end`,
        lostAttempts: sql`case when ${tasks.status} = 'running' then ${tasks.lostAttempts} else 0 end`,
      })
      .where(and(eq(tasks.id, taskId), eq(tasks.attempt, attempt)))
      .returning({ id: tasks.id })
    return rows.length > 0
  }

  /** All in one statement: a round trip each would be most of the cost of a task's end. */
  async #saveOutputs(tx: Queries, ended: readonly EndingTask[]): Promise<void> {
    // A value that an earlier attempt saved, and no key opens now, stays as it is: the key may be restored.
    const values = ended.flatMap(({ taskId, ownerId, end }) =>
      end.outputs
        .filter(({ damaged }) => !damaged)
        .map(output => outputValues(this.#cipher, { id: taskId, ownerId }, output)),
    )
    if (values.length === 0) return
    await tx
      .insert(outputs)
      .values(values)
      .onConflictDoUpdate({
        target: [outputs.taskId, outputs.index],
        set: {
          status: sql`excluded.status`,
          text: sql`excluded.text`,
          original: sql`excluded.original`,
          finishReason: sql`excluded.finish_reason`,
          inputTokens: sql`excluded.input_tokens`,
          outputTokens: sql`excluded.output_tokens`,
          usageEstimated: sql`excluded.usage_estimated`,
          errorCode: sql`excluded.error_code`,
          errorDetail: sql`excluded.error_detail`,
        },
      })
  }
}

function ownersOf(owned: readonly OwnedTask[]): Map<string, string> {
  return new Map(owned.map(({ id, ownerId }) => [id, ownerId]))
}
