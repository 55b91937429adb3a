import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { DrizzleQueryError } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Queries } from '../db/client.ts'
import { isTransientFault } from '../db/faults.ts'
import type { TaskKind } from './kind.ts'
import type { TaskJob, TaskQueue } from './queue.ts'
import type { ClaimedTask } from './rows.ts'
import type { TaskEnd, TaskStore } from './store.ts'

/** Again and again until the database is back: the text exists nowhere else. */
const untilSaved = retry(handleWhen(isTransientFault), {
  maxAttempts: Number.MAX_SAFE_INTEGER,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }),
})

/** What broke once may break again: not at once, then. */
const lostDelaySeconds = 2

export interface SettlementOptions {
  database: Database
  store: TaskStore
  queue: TaskQueue
  logger: FastifyBaseLogger
  /** Told how each attempt that ended here ended, for the metrics. */
  onEnd?(task: ClaimedTask, end: TaskEnd): void
}

/** How an attempt leaves this process: saved, or given back to the queue. Each is one transaction. */
export class Settlement {
  readonly #options: SettlementOptions
  readonly #givenUp = new AbortController()

  constructor(options: SettlementOptions) {
    this.#options = options
  }

  /**
   * The final transaction: texts, usage, status, what the kind keeps, and the job. Waits for a database that is away.
   * False, with nothing written, when the task has moved on to another attempt.
   *
   * @param job asked for at each try: the job may have been fetched again meanwhile
   * @throws KindFailed when the kind's own part fails; what the database says when it will never be done
   */
  async save(task: ClaimedTask, job: () => TaskJob, kind: TaskKind, end: TaskEnd): Promise<boolean> {
    const { database, store, queue, logger, onEnd } = this.#options
    const saved = await untilSaved
      .execute(async ({ attempt }) => {
        if (attempt > 0)
          logger.warn({ taskId: task.id, retries: attempt }, 'the end of a task could not be saved; trying again')
        return database.queries.transaction(async tx => {
          if (!(await store.end(tx, task.id, task.attempt, end))) return false
          if (!end.bare && end.outputs.some(output => output.text !== '')) await keep(tx, task, kind, end)
          await queue.complete(tx, job())
          return true
        })
      }, this.#givenUp.signal)
      .catch(error => {
        logger.error({ err: error, taskId: task.id }, 'the end of a task cannot be saved')
        throw error
      })
    if (saved) onEnd?.(task, end)
    else
      logger.warn({ taskId: task.id, attempt: task.attempt }, 'the attempt had been replaced; nothing of it was saved')
    return saved
  }

  /**
   * For an attempt that was stopped: the next one may begin at once. A `lost` one, which broke, counts against the
   * task's budget. Never rejects.
   */
  async giveBack(task: ClaimedTask, job: TaskJob, { lost = false } = {}): Promise<void> {
    const { database, store, queue, logger } = this.#options
    const jobId = uuidv7()
    try {
      await database.queries.transaction(async tx => {
        const requeued = lost
          ? store.replaceJob(tx, task.id, task.attempt, jobId)
          : store.requeue(tx, task.id, task.attempt, jobId)
        if (!(await requeued)) return
        await queue.complete(tx, job)
        await queue.send(tx, jobId, task.id, { delaySeconds: lost ? lostDelaySeconds : 0 })
      })
      logger.info({ taskId: task.id }, 'given back to the queue')
    } catch (error) {
      logger.error({ err: error, taskId: task.id }, 'could not be given back; another attempt begins when it is missed')
    }
  }

  /** Ends the waiting for a database that is away: the process stops. */
  giveUp(): void {
    this.#givenUp.abort()
  }
}

/** Whatever a kind throws by itself is no reason to try again; what the database throws may be. */
async function keep(tx: Queries, task: ClaimedTask, kind: TaskKind, end: TaskEnd): Promise<void> {
  try {
    await kind.save(tx, task, end.outputs)
  } catch (error) {
    throw error instanceof DrizzleQueryError ? error : new KindFailed(kind.name, task.id, error)
  }
}

/** The kind's part of the final transaction threw. */
export class KindFailed extends Error {
  override readonly name = 'KindFailed'
  readonly code = 'KIND_FAILED'
  readonly taskId: string

  constructor(kind: string, taskId: string, cause: unknown) {
    super(`the kind ${kind} could not save task ${taskId}`, { cause })
    this.taskId = taskId
  }
}
