import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../db/client.ts'
import type { Attempt } from './attempt.ts'
import type { TaskJob, TaskQueue } from './queue.ts'
import type { TaskStore } from './store.ts'

/** A third of what pg-boss waits for. */
const intervalMs = 3_000

export interface HeartbeatOptions {
  database: Database
  store: TaskStore
  queue: TaskQueue
  logger: FastifyBaseLogger
}

/** Says every few seconds that the attempts of this process live, and stops those that another has replaced. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** @param running what runs, asked for at each beat */
  start(running: () => Iterable<{ attempt: Attempt; job: TaskJob }>): void {
    this.#timer ??= setInterval(() => void this.#beat(Array.from(running())), intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #beat(running: readonly { attempt: Attempt; job: TaskJob }[]): Promise<void> {
    const { queue, database, store, logger } = this.#options
    try {
      if (await queue.touch(running.map(({ job }) => job))) return
      const current = await store.attempts(
        database.queries,
        running.map(({ attempt }) => attempt.task.id),
      )
      for (const { attempt } of running) {
        const { id, attempt: number } = attempt.task
        if (current.get(id) !== number && attempt.stop())
          logger.warn({ taskId: id, attempt: number }, 'the attempt was replaced')
      }
    } catch (error) {
      logger.warn({ err: error }, 'no heartbeat: the database does not answer')
    }
  }
}
