import type { FastifyBaseLogger } from 'fastify'
import type { Model } from '../../ai/client.ts'
import { settleWithin } from '../../base/settle-within.ts'
import type { Database, Queries } from '../../db/client.ts'
import { Poller } from '../../db/poller.ts'
import type { Events } from '../../domain-events/events.ts'
import { maxOutputs, type TaskKind } from '../kind.ts'
import { LivenessLease } from '../log/lease.ts'
import type { Logs } from '../log/logs.ts'
import type { TaskChain } from '../store/chain.ts'
import type { TaskJob, TaskQueue } from '../store/queue.ts'
import type { ClaimedTask } from '../store/rows.ts'
import { attempts, pendingCommands } from '../store/task-queries.ts'
import type { TaskEnd, TaskStore } from '../store/task-store.ts'
import { Attempt } from './attempt.ts'
import { AttemptFinalizer } from './finalizer.ts'
import { Heartbeat } from './heartbeat.ts'

/** Jobs taken in one transaction: bounds its size, not how many run. */
const maxBatch = 200

/** How long ends may still be saved when the process stops; the work is done, and saving takes milliseconds. */
const saveGraceMs = 5_000

export interface RunnerOptions {
  database: Database
  store: TaskStore
  queue: TaskQueue
  chain: TaskChain
  events: Events
  logs: Logs
  kinds: ReadonlyMap<string, TaskKind>
  model: Model
  /** Concurrent completions in this process. They wait rather than compute: large on purpose. */
  maxRunningOutputs: number
  /** This process's lease, if others may replace it; the heartbeat renews it. */
  lease?: LivenessLease
  logger: FastifyBaseLogger
  /** Called for each attempt that begins here, for the metrics. */
  onClaim?(task: ClaimedTask): void
  /** Called with the end of each attempt that ended here, for the metrics. */
  onEnd?(task: ClaimedTask, end: TaskEnd): void
}

interface Running {
  attempt: Attempt
  job: TaskJob
  outputs: number
  done: Promise<void>
}

/**
 * Takes tasks from the queue as long as their outputs fit, and runs them.
 *
 * Started once; `stop` is idempotent, waits for running attempts up to its deadline, and gives the rest back.
 */
export class Runner {
  readonly #options: RunnerOptions
  readonly #finalizer: AttemptFinalizer
  readonly #heartbeat: Heartbeat
  readonly #running = new Map<string, Running>()
  readonly #poller: Poller
  /** Whether the last fetch from the queue found no room. */
  #full = false
  #stopped: Promise<void> | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#finalizer = new AttemptFinalizer({ ...options, onQueued: () => this.wake() })
    this.#poller = new Poller(
      () => this.#take(),
      error => options.logger.error({ err: error }, 'cannot take tasks from the queue; trying again'),
      options.database,
    )
    this.#heartbeat = new Heartbeat({
      lease: new LivenessLease(),
      ...options,
      running: () => this.#running.values(),
      reconcile: () => this.reconcile(this.#running.keys()),
    })
  }

  /** True once `stop` was called. */
  get stopping(): boolean {
    return this.#poller.stopping
  }

  get runningOutputs(): number {
    let sum = 0
    for (const { outputs } of this.#running.values()) sum += outputs
    return sum
  }

  /** @throws when the database does not answer. */
  async start(): Promise<void> {
    const { database, queue, logger } = this.#options
    // The embedded database belongs to this process, so every active job in it was lost with the process before.
    if (database.backend === 'pglite') {
      const returned = await queue.returnAll()
      if (returned > 0) logger.info({ tasks: returned }, 'taking up the tasks of the process before')
    } else {
      this.#heartbeat.start()
    }
    this.#poller.start()
  }

  /** Wakes the poller: the queue may have something. */
  wake(): void {
    this.#poller.wake()
  }

  /** The attempt of a task, if it runs in this process. */
  attempt(taskId: string): Attempt | undefined {
    return this.#running.get(taskId)?.attempt
  }

  /**
   * Applies the database's state of these tasks to the attempts that run here: other instances may have cancelled or
   * removed the tasks, or begun another attempt.
   */
  async reconcile(taskIds: Iterable<string>): Promise<void> {
    const { database, logger } = this.#options
    const ours = Array.from(taskIds).flatMap(id => this.#running.get(id) ?? [])
    if (ours.length === 0) return
    const ids = ours.map(({ attempt }) => attempt.task.id)
    const commands = await pendingCommands(database.queries, ids)
    for (const running of ours) {
      const { id, attempt } = running.attempt.task
      const command = commands.get(id)
      if (!command) await this.discard(id)
      else if (command.attempt !== attempt) {
        running.attempt.replaced()
        logger.warn({ taskId: id, attempt }, 'the attempt was replaced')
      } else if (command.cancel) running.attempt.cancel()
      else for (const index of command.cancelOutputs) running.attempt.cancelOutput(index)
    }
  }

  /** The task was deleted: its attempt here, if there is one, ends and saves nothing. */
  async discard(taskId: string): Promise<void> {
    const running = this.#running.get(taskId)
    if (!running) return
    const stopped = running.attempt.stop()
    this.#options.logs.forget(taskId)
    if (stopped) await this.#finalizer.giveBack(running.attempt.task, running.job)
  }

  /** Takes no more jobs, waits for running attempts up to `drainMs`, then gives the rest back to the queue. */
  stop(drainMs: number): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  async #stop(drainMs: number): Promise<void> {
    await this.#poller.stop()
    await this.#allDone(drainMs)
    const rest = Array.from(this.#running.values()).filter(({ attempt }) => attempt.stop())
    await Promise.all(rest.map(({ attempt, job }) => this.#finalizer.giveBack(attempt.task, job)))
    await this.#allDone(saveGraceMs)
    // Without its database, the next attempt cannot get the text that is left.
    this.#finalizer.giveUp()
    await this.#allDone(saveGraceMs)
    this.#heartbeat.stop()
  }

  /** Waits until nothing runs, for at most `ms`. */
  #allDone(ms: number): Promise<void> {
    return settleWithin(
      ms,
      Array.from(this.#running.values(), ({ done }) => done),
    )
  }

  /** Claims as many tasks as certainly fit and begins them; resolves with whether more may fit at once. */
  async #take(): Promise<boolean> {
    const { database, store, queue, maxRunningOutputs } = this.#options
    const most = Math.min(maxOutputs, maxRunningOutputs)
    const fit = Math.floor((maxRunningOutputs - this.runningOutputs) / most)
    this.#full = fit < 1
    if (this.#full) return false
    const limit = Math.min(fit, maxBatch)
    const { jobs, kept, claimed } = await database.queries.transaction(async tx => {
      const jobs = await queue.fetch(tx, limit)
      const kept = await this.#stillOurs(tx, jobs)
      const others = jobs.filter(job => !kept.includes(job))
      const claimed = await store.claim(
        tx,
        others.map(({ id, data }) => ({ taskId: data.taskId, jobId: id })),
      )
      const taken = new Set(claimed.map(task => task.jobId))
      for (const job of others) if (!taken.has(job.id)) await queue.complete(tx, job)
      return { jobs, kept, claimed }
    })
    for (const job of kept) {
      const running = this.#running.get(job.data.taskId)
      if (running) running.job = job
    }
    for (const task of claimed) {
      const job = jobs.find(({ id }) => id === task.jobId)
      if (job) this.#begin(task, job)
    }
    return jobs.length === limit
  }

  /**
   * Jobs whose attempt runs here and is the task's current one. They were taken for lost while the database was
   * unavailable, but no other process has begun an attempt. The attempt goes on under the job as it was fetched now.
   */
  async #stillOurs(tx: Queries, jobs: readonly TaskJob[]): Promise<TaskJob[]> {
    const running = jobs.filter(({ data }) => this.#running.has(data.taskId))
    if (running.length === 0) return []
    const current = await attempts(
      tx,
      running.map(({ data }) => data.taskId),
    )
    return running.filter(
      ({ data }) => current.get(data.taskId) === this.#running.get(data.taskId)?.attempt.task.attempt,
    )
  }

  #begin(task: ClaimedTask, job: TaskJob): void {
    const { kinds, logs, model, maxRunningOutputs, logger, onClaim } = this.#options
    const kind = kinds.get(task.kind)
    if (!kind) {
      logger.error({ taskId: task.id, kind: task.kind }, 'no such kind of task here')
      return
    }
    onClaim?.(task)
    // An attempt of ours that still runs was thought dead (this process was suspended, say): the new one replaces it.
    this.#running.get(task.id)?.attempt.stop()
    const log = logs.forWriting(task)
    const pending = task.outputs.filter(output => output.status === 'pending').length
    const attempt = new Attempt({
      task,
      kind,
      log,
      model,
      parallel: maxRunningOutputs,
      watched: () => logs.watched(task.id),
      lost: () => logs.lost(task),
      save: end => this.#finalizer.save({ task, job: () => running.job, kind, end }),
    })
    const running: Running = { attempt, job, outputs: Math.min(pending, maxRunningOutputs), done: Promise.resolve() }
    this.#running.set(task.id, running)
    running.done = attempt
      .run()
      .catch(error => {
        logger.error({ err: error, taskId: task.id, attempt: task.attempt }, 'the attempt failed')
        return this.#finalizer.giveBack(task, running.job, { lost: true })
      })
      .finally(() => {
        if (this.#running.get(task.id) !== running) return
        this.#running.delete(task.id)
        logs.release(task.id)
        // Only a runner that had no room has left something in the queue.
        if (this.#full) this.wake()
      })
  }
}
