import type { FastifyBaseLogger } from 'fastify'
import { settleWithin } from '../../base/settle-within.ts'
import type { Timers } from '../../sse/sse-stream.ts'
import type { TaskRow } from '../store/rows.ts'
import { taskEnded } from '../task.ts'
import type { EventLog } from './event-log.ts'
import type { Following, Replication } from './replication.ts'

/** How often the database is asked about followed tasks: what replication loses is found by then. */
export const checkMs = 5_000

/** A log that got nothing for this long is read again. */
const silenceMs = 15_000

/** How long a reader waits for a log that another instance is sending. */
const catchUpMs = 2_000

/** A task's state and attempt. */
export type TaskPosition = Pick<TaskRow, 'id' | 'status' | 'attempt'>

export interface MirrorsOptions {
  /** Without it, only the beginning of another instance's log is known, and, from the database, its end. */
  replication?: Replication
  /** The positions of those of these tasks that exist. */
  taskPositions(taskIds: readonly string[]): Promise<TaskPosition[]>
  timers: Timers
  logger: Pick<FastifyBaseLogger, 'warn'>
  /** Called for a log that replication cannot complete: the task has ended, or was deleted. */
  onOutdated(taskId: string): void
}

interface Mirror {
  log: EventLog
  following: Following | undefined
  /** The last check found that the task had ended, and its end was not here. */
  endDue: boolean
}

/** The logs here of tasks that have not ended and that other instances run, or will run. */
export class Mirrors {
  readonly #options: MirrorsOptions
  readonly #mirrors = new Map<string, Mirror>()
  #timer: unknown
  #closed = false

  constructor(options: MirrorsOptions) {
    this.#options = options
  }

  has(taskId: string): boolean {
    return this.#mirrors.has(taskId)
  }

  /**
   * From now on `log`, which was filled from the row, gets the events written elsewhere; nothing else may append to it.
   */
  follow(log: EventLog, { status, attempt }: TaskRow): void {
    this.stop(log.taskId)
    const running = status === 'running'
    const following = this.#options.replication?.follow(log, { voidAttempt: running ? attempt - 1 : attempt, running })
    if (log.readerCount > 0) following?.listen(true)
    this.#mirrors.set(log.taskId, { log, following, endDue: false })
    this.#schedule()
  }

  /**
   * Called when the log of a task gets its first reader or loses its last one. A caller that only asks for the log now
   * and then is no reader.
   */
  listen(taskId: string, listening: boolean): void {
    this.#mirrors.get(taskId)?.following?.listen(listening)
  }

  stop(taskId: string): void {
    this.#mirrors.get(taskId)?.following?.stop()
    this.#mirrors.delete(taskId)
  }

  /**
   * Waits for a while until a log gets the events it misses: one that is behind its row, or that has no subscription.
   * Returns false at once when there is no such log or nothing to wait for.
   */
  async catchUp(task: TaskPosition): Promise<boolean> {
    const mirror = this.#mirrors.get(task.id)
    if (!mirror?.following) return false
    if (mirror.log.readerCount > 0 && !behind(mirror.log, task)) return false
    await settleWithin(catchUpMs, [mirror.following.sync()])
    return true
  }

  close(): void {
    this.#closed = true
    this.#options.timers.clearTimeout(this.#timer)
    for (const taskId of Array.from(this.#mirrors.keys())) this.stop(taskId)
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed) return
    this.#timer = this.#options.timers.setTimeout(() => void this.#reconcileAgain(), checkMs)
  }

  async #reconcileAgain(): Promise<void> {
    try {
      await this.reconcile()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'cannot check the tasks of other instances; trying again')
    }
    this.#timer = undefined
    if (this.#mirrors.size > 0) this.#schedule()
  }

  /**
   * Asks the database once about all followed tasks, and completes the logs that it can. An end that replication is
   * sending has until the next check: reading it from the rows would disconnect readers.
   */
  async reconcile(): Promise<void> {
    const begunAt = performance.now()
    const followed = new Map(this.#mirrors)
    const positions = new Map(
      (await this.#options.taskPositions(Array.from(followed.keys()))).map(position => [position.id, position]),
    )
    const silentSince = begunAt - silenceMs
    await Promise.all(
      Array.from(followed, ([taskId, { log, following }]) => {
        const position = positions.get(taskId)
        return following && (!position || behind(log, position) || following.heardAt < silentSince)
          ? following.sync()
          : undefined
      }),
    )
    for (const [taskId, mirror] of followed) {
      if (this.#mirrors.get(taskId) !== mirror) continue
      const position = positions.get(taskId)
      const endMissing = position !== undefined && taskEnded(position.status) && !mirror.log.terminal
      const heard = mirror.following !== undefined && mirror.following.heardAt >= begunAt
      if (!position || (endMissing && (mirror.endDue || !heard))) this.#options.onOutdated(taskId)
      mirror.endDue = endMissing
    }
  }
}

function behind(log: EventLog, { status, attempt }: TaskPosition): boolean {
  if (taskEnded(status)) return log.terminal === undefined
  return status === 'running' && log.attempt < attempt
}
