import type { FastifyBaseLogger } from 'fastify'
import { reasonOf } from '../../db/faults.ts'
import type { LivenessLease } from '../log/lease.ts'
import type { TaskJob, TaskQueue } from '../store/queue.ts'
import type { Attempt } from './attempt.ts'

/** A third of the time after which pg-boss takes a job for lost. */
const intervalMs = 3_000

export interface HeartbeatOptions {
  queue: TaskQueue
  lease: LivenessLease
  logger: FastifyBaseLogger
  /** The attempts that run now. */
  running(): Iterable<{ attempt: Attempt; job: TaskJob }>
  /** Applies the database's commands to running attempts. @throws when the database does not answer */
  reconcile(): Promise<void>
}

/**
 * Renews the jobs of this process's attempts every few seconds, and compares their tasks with the database: another
 * instance may have cancelled, removed or replaced them. Signals report that sooner, but may be lost.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#beat(), intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #beat(): Promise<void> {
    const { queue, lease, logger, running, reconcile } = this.#options
    lease.seen()
    const jobs = Array.from(running(), ({ job }) => job)
    try {
      if (jobs.length > 0) {
        await queue.touch(jobs)
        await reconcile()
      }
      lease.renew()
    } catch (error) {
      logger.warn({ err: error }, `no heartbeat: ${reasonOf(error)}`)
    }
  }
}
