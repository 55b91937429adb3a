import type { FastifyBaseLogger } from 'fastify'
import { reasonOf } from '../../db/faults.ts'
import type { LivenessLease } from '../log/lease.ts'
import type { TaskJob, TaskQueue } from '../store/queue.ts'
import type { Attempt } from './attempt.ts'

/** A third of what pg-boss waits for. */
const intervalMs = 3_000

export interface HeartbeatOptions {
  queue: TaskQueue
  lease: LivenessLease
  logger: FastifyBaseLogger
  /** What runs now. */
  running(): Iterable<{ attempt: Attempt; job: TaskJob }>
  /** Does to what runs what the database says of it. @throws when the database does not answer */
  reconcile(): Promise<void>
}

/**
 * Says every few seconds that the attempts of this process live, and looks what has become of their tasks: another instance
 * may have cancelled, removed or replaced them. Signals tell that sooner, but may be lost.
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
