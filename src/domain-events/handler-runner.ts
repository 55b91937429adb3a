import type { FastifyBaseLogger } from 'fastify'
import { settleWithin } from '../base/settle-within.ts'
import type { Database, Transaction } from '../db/client.ts'
import { reasonOf } from '../db/faults.ts'
import type { Job, JobQueue } from '../db/job-queue.ts'
import { Poller } from '../db/poller.ts'
import type { DomainEvent, TracedEvent } from './domain-events.ts'
import { DueWakes } from './due-wakes.ts'
import type { Events } from './events.ts'
import { addFailedEvent } from './failed-events.ts'
import {
  type BatchHandler,
  type EventHandler,
  JobLost,
  PermanentFault,
  Postponed,
  type SingleHandler,
} from './handler.ts'

/**
 * An event that failed this often becomes a failed event, and so does one whose process died this often: with waits
 * that double from 2 s up to 5 min after 13 minutes at the earliest. Returns by a stopping process do not count.
 */
const maxAttempts = 10
export const retryDelaySeconds = 2
export const maxRetryDelaySeconds = 300

/** A third of the time after which the queue takes a job for lost. */
const heartbeatMs = 3_000

/** How long aborted handlers may take to end. */
const abortGraceMs = 2_000

type EventJob = Job<TracedEvent>

type Write = (tx: Transaction) => Promise<void>
type Commit = (write: Write) => Promise<void>

export interface HandlerRunnerOptions {
  handler: EventHandler
  queue: JobQueue<TracedEvent>
  database: Database
  publish: Events['publish']
  logger: FastifyBaseLogger
}

/** Gives the events of one handler's queue to it, several at once or in batches. `stop` is idempotent and waits. */
export class HandlerRunner {
  readonly #options: HandlerRunnerOptions
  readonly #poller: Poller
  readonly #running = new Map<EventJob, Promise<void>>()
  readonly #aborting = new AbortController()
  readonly #dueWakes = new DueWakes(() => this.wake())
  #heartbeat: NodeJS.Timeout | undefined
  #stopped: Promise<void> | undefined

  constructor(options: HandlerRunnerOptions) {
    const { handler, logger } = options
    this.#options = options
    this.#poller = new Poller(
      () => this.#take(),
      error => logger.error({ err: error, handler: handler.name }, 'cannot take events from the queue; trying again'),
      options.database,
    )
  }

  get running(): number {
    return this.#running.size
  }

  /** @throws when the database does not answer. */
  async start(): Promise<void> {
    const { database, queue } = this.#options
    if (database.backend === 'pglite') await queue.returnAll()
    else this.#heartbeat = setInterval(() => void this.#beat(), heartbeatMs)
    this.#poller.start()
  }

  wake(): void {
    this.#poller.wake()
  }

  /**
   * Takes no more events, waits for running handlers up to `drainMs`, then aborts them: another process begins their
   * events again.
   */
  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  async #stop(drainMs: number): Promise<void> {
    await this.#poller.stop()
    await settleWithin(drainMs, this.#running.values())
    this.#aborting.abort()
    await settleWithin(abortGraceMs, this.#running.values())
    clearInterval(this.#heartbeat)
    this.#dueWakes.stop()
  }

  async #take(): Promise<boolean> {
    const { handler, queue, database } = this.#options
    const room = 'handle' in handler ? handler.concurrency - this.#running.size : this.#roomForBatch(handler)
    if (room < 1) return false
    const jobs = await queue.fetch(database.queries, room)
    if ('handle' in handler) for (const job of jobs) this.#begin([job], this.#run(handler, job))
    else if (jobs.length > 0) this.#begin(jobs, this.#runAll(handler, jobs))
    return false
  }

  #roomForBatch({ batchSize }: BatchHandler): number {
    return this.#running.size > 0 ? 0 : batchSize
  }

  #begin(jobs: readonly EventJob[], work: Promise<void>): void {
    const done = work.finally(() => {
      for (const job of jobs) this.#running.delete(job)
      // There is room again, and the next event of the same key may have waited for this one.
      this.wake()
    })
    for (const job of jobs) this.#running.set(job, done)
  }

  #run(handler: SingleHandler, job: EventJob): Promise<void> {
    return this.#attempt(job, commit => handler.handle(job.data, this.#work(commit)))
  }

  async #runAll(handler: BatchHandler, jobs: readonly EventJob[]): Promise<void> {
    const { logger } = this.#options
    let committed = false
    try {
      const fresh = jobs.filter(job => triesBefore(job) < maxAttempts)
      if (fresh.length === jobs.length) {
        const commit = async (write: Write) => {
          await this.#commit(jobs, write)
          committed = true
        }
        await handler.handleAll(
          jobs.map(({ data }) => data),
          this.#work(commit),
        )
        if (!committed) await commit(async () => {})
        return
      }
    } catch (error) {
      const fields = { err: error, handler: handler.name, events: jobs.length }
      if (committed) return logger.warn(fields, 'a handler failed after its work was done')
      if (jobs.length > 1) logger.warn(fields, 'events could not be handled together; trying them one by one')
      else return this.#attempt(jobs[0] as EventJob, () => Promise.reject(error))
    }
    // Finds the events that keep failing, so that they do not hold the others.
    for (const job of jobs) await this.#attempt(job, commit => handler.handleAll([job.data], this.#work(commit)))
  }

  /** Handles one event and ends its job, with success or without. Never rejects. */
  async #attempt(job: EventJob, handle: (commit: Commit) => Promise<void>): Promise<void> {
    const { handler, logger } = this.#options
    let committed = false
    const commit = async (write: Write) => {
      await this.#commit([job], write)
      committed = true
    }
    try {
      // The earlier processes died before they could count it: the event may be what they died of.
      if (triesBefore(job) >= maxAttempts)
        throw new PermanentFault('ATTEMPTS_LOST', 'the last attempt died with its process')
      await handle(commit)
      if (!committed) await commit(async () => {})
    } catch (error) {
      if (error instanceof JobLost) logger.warn({ handler: handler.name, job: job.id }, error.message)
      else if (!committed && error instanceof Postponed) await this.#postpone(job, error.afterMs)
      else if (!committed) await this.#failed(job, error)
      // Committed work is done, even if the handler threw afterwards.
      else logger.warn({ err: error, handler: handler.name, job: job.id }, 'a handler failed after its work was done')
    }
  }

  #work(commit: Commit) {
    const { database, publish } = this.#options
    return { queries: database.queries, signal: this.#aborting.signal, commit, publish }
  }

  async #commit(jobs: readonly EventJob[], write: Write): Promise<void> {
    const { database, queue } = this.#options
    await database.queries.transaction(async tx => {
      await write(tx)
      if (!(await queue.completeAll(tx, jobs))) throw new JobLost(queue.name, jobs.map(({ id }) => id).join(', '))
    })
  }

  /** Never rejects, as `#failed`. */
  async #postpone(job: EventJob, afterMs: number): Promise<void> {
    const { handler, queue, database, logger } = this.#options
    const fields = { handler: handler.name, job: job.id, afterMs }
    try {
      await queue.postpone(database.queries, job, afterMs)
      logger.debug(fields, 'an event is postponed')
      this.#dueWakes.add(afterMs)
    } catch (err) {
      logger.error({ ...fields, err }, 'an event could not be postponed; it is taken up again when it is missed')
    }
  }

  /** Never rejects: a job that cannot be given back lacks heartbeats, and is taken up again then. */
  async #failed(job: EventJob, error: unknown): Promise<void> {
    const { handler, queue, database, logger } = this.#options
    const { traceId, ...event } = job.data
    const attempts = Math.min(triesBefore(job) + 1, maxAttempts)
    const failedAt = new Date()
    const note = noteOf(job)
    const firstFailedAt = note.firstFailedAt === undefined ? failedAt : new Date(note.firstFailedAt)
    const stopping = this.#aborting.signal.aborted
    const fields = { err: error, handler: handler.name, event: event.name, traceId, ...event.data, attempts }
    try {
      if (stopping || (attempts < maxAttempts && !(error instanceof PermanentFault))) {
        const { returned = 0 } = note
        await queue.retry(
          database.queries,
          job,
          stopping ? { ...note, returned: returned + 1 } : { ...note, firstFailedAt },
        )
        logger.warn(
          fields,
          stopping ? 'an event is left to the next process' : 'an event could not be handled; trying again',
        )
        return
      }
      await this.#commit([job], tx =>
        addFailedEvent(tx, {
          jobId: job.id,
          handler: handler.name,
          event: event as DomainEvent,
          traceId,
          attempts,
          error: codeOf(error),
          firstFailedAt,
          lastFailedAt: failedAt,
        }),
      )
      logger.error(fields, 'an event could not be handled; it is kept with the failed events')
    } catch (fault) {
      logger.error(
        { ...fields, err: fault },
        'an event could not be given back; it is taken up again when it is missed',
      )
    }
  }

  async #beat(): Promise<void> {
    const { queue, handler, logger } = this.#options
    try {
      await queue.touch(Array.from(this.#running.keys()))
    } catch (error) {
      logger.warn({ err: error, handler: handler.name }, `no heartbeat: ${reasonOf(error)}`)
    }
  }
}

/** The note stored with a job that is put back; nothing if its process was lost since. */
interface Note {
  firstFailedAt?: string
  /** How often a stopping process has put it back. */
  returned?: number
}

function noteOf({ output }: EventJob): Note {
  return typeof output === 'object' && output !== null ? (output as Note) : {}
}

/** How often it was tried to the end, or until its process died. */
function triesBefore(job: EventJob): number {
  return job.retryCount - (noteOf(job).returned ?? 0)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
