import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Database, Queries } from '../db/client.ts'
import type { Job, JobQueue } from '../db/job-queue.ts'
import { Poller } from '../db/poller.ts'
import type { DomainEvent, DomainEvents } from './domain-events.ts'
import { addFailedEvent } from './failed-events.ts'
import { type EventHandler, JobLost, PermanentFault } from './handler.ts'

/**
 * An event that failed this often goes to the failed events. Deploys and crashes in the middle count as well: with waits
 * that double from 2 s up to 5 min it is given up after a quarter of an hour at the earliest.
 */
const maxAttempts = 10
export const retryDelaySeconds = 2
export const maxRetryDelaySeconds = 300

/** A third of what the queue waits for. */
const heartbeatMs = 3_000

/** What is left to aborted handlers to end. */
const abortGraceMs = 2_000

export type EventData = DomainEvents[keyof DomainEvents]

export interface HandlerRunnerOptions {
  handler: EventHandler
  queue: JobQueue<EventData>
  database: Database
  logger: FastifyBaseLogger
}

/** Hands the events of one handler's queue to it, several at once. `stop` is idempotent and waits. */
export class HandlerRunner {
  readonly #options: HandlerRunnerOptions
  readonly #poller: Poller
  readonly #running = new Map<Job<EventData>, Promise<void>>()
  readonly #aborting = new AbortController()
  #heartbeat: NodeJS.Timeout | undefined
  #stopped: Promise<void> | undefined

  constructor(options: HandlerRunnerOptions) {
    const { handler, logger } = options
    this.#options = options
    this.#poller = new Poller(
      () => this.#take(),
      error => logger.error({ err: error, handler: handler.name }, 'cannot take events from the queue; trying again'),
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

  /** Takes nothing more, waits for what runs up to `drainMs`, then stops it: it is begun anew elsewhere. */
  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  async #stop(drainMs: number): Promise<void> {
    await this.#poller.stop()
    await this.#allDone(drainMs)
    this.#aborting.abort()
    await this.#allDone(abortGraceMs)
    clearInterval(this.#heartbeat)
  }

  async #allDone(ms: number): Promise<void> {
    const timer = new AbortController()
    const done = Promise.all(this.#running.values())
    await Promise.race([done, delay(ms, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }

  async #take(): Promise<boolean> {
    const { handler, queue, database } = this.#options
    const room = handler.concurrency - this.#running.size
    if (room < 1) return false
    const jobs = await queue.fetch(database.queries, room)
    for (const job of jobs) {
      const done = this.#run(job).finally(() => {
        this.#running.delete(job)
        // There is room again, and the next event of the same key may have waited for this one.
        this.wake()
      })
      this.#running.set(job, done)
    }
    return false
  }

  async #run(job: Job<EventData>): Promise<void> {
    const { handler, logger } = this.#options
    let committed = false
    const commit = async (write: (tx: Queries) => Promise<void>) => {
      await this.#commit(job, write)
      committed = true
    }
    try {
      // Nobody was left to count it: it may be what they died of.
      if (job.retryCount >= maxAttempts)
        throw new PermanentFault('ATTEMPTS_LOST', 'the last attempt died with its process')
      await handler.handle(job.data, {
        queries: this.#options.database.queries,
        signal: this.#aborting.signal,
        commit,
      })
      if (!committed) await commit(async () => {})
    } catch (error) {
      if (error instanceof JobLost) logger.warn({ handler: handler.name, job: job.id }, error.message)
      else if (!committed) await this.#failed(job, error)
      // What is written is done, whatever it threw afterwards.
      else logger.warn({ err: error, handler: handler.name, job: job.id }, 'a handler failed after its work was done')
    }
  }

  async #commit(job: Job<EventData>, write: (tx: Queries) => Promise<void>): Promise<void> {
    const { database, queue } = this.#options
    await database.queries.transaction(async tx => {
      await write(tx)
      if (!(await queue.complete(tx, job))) throw new JobLost(queue.name, job.id)
    })
  }

  /** Never rejects: a job that cannot be given back is missed, and taken up again then. */
  async #failed(job: Job<EventData>, error: unknown): Promise<void> {
    const { handler, queue, database, logger } = this.#options
    const attempts = Math.min(job.retryCount + 1, maxAttempts)
    const failedAt = new Date()
    const firstFailedAt = firstFailureOf(job) ?? failedAt
    const stopping = this.#aborting.signal.aborted
    const fields = { err: error, handler: handler.name, event: handler.event, ...job.data, attempts }
    try {
      if (stopping || (attempts < maxAttempts && !(error instanceof PermanentFault))) {
        await queue.retry(database.queries, job, { firstFailedAt })
        logger.warn(
          fields,
          stopping ? 'an event is left to the next process' : 'an event could not be handled; trying again',
        )
        return
      }
      await this.#commit(job, tx =>
        addFailedEvent(tx, {
          jobId: job.id,
          handler: handler.name,
          event: { name: handler.event, data: job.data } as DomainEvent,
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
      logger.warn({ err: error, handler: handler.name }, 'no heartbeat: the database does not answer')
    }
  }
}

/** As noted with the job when it was put back; unknown if its process was lost since. */
function firstFailureOf({ output }: Job<EventData>): Date | undefined {
  if (typeof output !== 'object' || output === null || !('firstFailedAt' in output)) return undefined
  return new Date(String(output.firstFailedAt))
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
