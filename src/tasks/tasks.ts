import type { Static } from 'typebox'
import { v7 as uuidv7 } from 'uuid'
import { AfterBurst } from '../base/after-burst.ts'
import { Batcher } from '../base/batcher.ts'
import { Problem } from '../base/problem.ts'
import { newTraceId } from '../base/trace-id.ts'
import type { Database, Queries, Transaction } from '../db/client.ts'
import { isTransientFault } from '../db/faults.ts'
import { idAfter } from '../db/id-after.ts'
import { snapshot } from '../db/snapshot.ts'
import type { Events } from '../domain-events/events.ts'
import {
  nothingToRetry,
  outputNotFound,
  outputUnfinished,
  queueFull,
  taskBusy,
  taskInputDamaged,
  taskNotFound,
  taskUnfinished,
} from './errors.ts'
import type { Idempotency, Once } from './idempotency/idempotency.ts'
import type { KindTask, TaskKind } from './kind.ts'
import type { EventLog } from './log/event-log.ts'
import type { Logs } from './log/logs.ts'
import type { Answer, Question, Signals } from './log/replication.ts'
import { readSaved, type SavedTask } from './log/saved-task.ts'
import type { Runner } from './run/runner.ts'
import type { TaskChain } from './store/chain.ts'
import type { TaskQueue } from './store/queue.ts'
import type { RequestDigests, TaskRow } from './store/rows.ts'
import type { NewTask, TaskStore } from './store/task-store.ts'
import { outputEnded, type TaskStatus, taskEnded } from './task.ts'
import { endFacts } from './task-facts.ts'
import { type TaskView, viewTask } from './view.ts'

/** `Retry-After` when the queue is full, in seconds. */
const queueFullRetrySeconds = 10

/** How long a count of the queue is used: other processes send to it, too. */
const recountMs = 1_000

/**
 * Concurrent statements that store submitted tasks, and tasks that share one: a statement each was a third of the cost
 * of a POST.
 */
const batches = { maxConcurrentBatches: 2, maxBatchSize: 25, failsAll: isTransientFault }

/**
 * How long new tasks may wait while others are stored: the requests of a burst are answered before the texts of its first ones are
 * begun, which takes the main thread longer than storing all of them.
 */
const maxBurstMs = 100

export interface TasksOptions {
  database: Database
  store: TaskStore
  queue: TaskQueue
  chain: TaskChain
  idempotency: Idempotency
  events: Events
  logs: Logs
  kinds: ReadonlyMap<string, TaskKind>
  runner: Runner
  maxQueuedTasks: number
  /** What the addresses in a view begin with; nothing by default. */
  basePath?: string
  /** Between instances, if there may be others. */
  signals?: Signals
  /** The newest task when the process began: new ones follow it in every list, whatever the clock says. */
  newestId?: string
  /** Called for each task that was cancelled or queued again here, after the commit. */
  onChange?(task: TaskRow): void
}

/**
 * What users do with tasks. Every call names the owner; another owner's task does not exist for it.
 *
 * All of it in one file: each call is a transaction over the same rows, and the order in which a cancel, a retry and a
 * removal lock can be compared.
 */
export class Tasks {
  readonly #options: TasksOptions
  readonly #batcher = new Batcher((tasks: readonly NewTask[]) => this.#storeTogether(tasks), batches)
  readonly #wakingRunner = new AfterBurst(() => this.#options.runner.wake(), maxBurstMs)
  /** The most tasks that may be waiting, and when they were counted. */
  #queuedAtMost = 0
  #countedAt = Number.NEGATIVE_INFINITY
  #newestId: string | undefined

  constructor(options: TasksOptions) {
    this.#options = options
    this.#newestId = options.newestId
    options.signals?.listen({
      changed: taskId => void this.reconcile(taskId),
      asked: question => this.#answer(question),
    })
  }

  /**
   * Stores a task and its job, both or neither. A runner begins the work; nothing here waits for the model. A repeated
   * request with the same key gets the existing task, whatever its state.
   *
   * @param options.traceId of the request
   * @param options.asked the request as it was sent, which its key stands for, if the input is made of it: what the kind adds, such
   * as today's date, makes no other request
   * @throws Problem `queue-full`, `idempotency-key-reused`
   */
  async submit<Kind extends TaskKind>(
    kind: Kind,
    ownerId: string,
    input: Static<Kind['input']>,
    { traceId, idempotencyKey, asked = input }: { traceId?: string; idempotencyKey?: string; asked?: unknown } = {},
  ): Promise<Once<{ task: TaskRow }>> {
    const { queries } = this.#options.database
    if (idempotencyKey === undefined) {
      await this.#mustHaveRoom(queries)
      const created = this.#newTask(kind, ownerId, input, { traceId })
      const task = await this.#wakingRunner.during(
        async () => (await this.#batcher.do(created)) ?? (await this.#store(queries, created)),
      )
      return { repeats: false, task }
    }
    const keyed = { ownerId, idempotencyKey, asksFor: [kind.name, asked] }
    return this.#options.idempotency.once(keyed, async (tx, digests) => ({
      task: await this.submitIn(tx, kind, ownerId, input, { traceId, digests }),
    }))
  }

  /**
   * `submit` as a part of `tx`: the task may begin when it commits. Without `after` it takes one statement.
   *
   * @param options.after a task that must end first: the last of its chain, which the caller has locked
   * @param options.traceId of the request
   * @param options.digests of the request, as `Idempotency.once` has them
   */
  async submitIn<Kind extends TaskKind>(
    tx: Transaction,
    kind: Kind,
    ownerId: string,
    input: Static<Kind['input']>,
    { after, ...request }: { after?: string; traceId?: string; digests?: RequestDigests } = {},
  ): Promise<TaskRow> {
    const { store, chain, runner } = this.#options
    await this.#mustHaveRoom(tx)
    const created = this.#newTask(kind, ownerId, input, request)
    tx.afterCommit(() => runner.wake())
    if (after === undefined) return this.#store(tx, created)
    const [task] = (await store.insert(tx, [created])) as [TaskRow]
    await chain.join(tx, task, after)
    return task
  }

  async #store(tx: Queries, task: NewTask): Promise<TaskRow> {
    const [stored] = (await this.#storeAll(tx, [task])) as [TaskRow]
    return stored
  }

  /** One statement, without a transaction around it: a transaction doubled the work of a POST. */
  async #storeAll(tx: Queries, tasks: readonly NewTask[]): Promise<TaskRow[]> {
    const { store, queue } = this.#options
    const jobs = tasks.map(({ id, jobId }) => ({ id: jobId, data: { taskId: id } }))
    return store.insert(tx, tasks, await queue.sending(jobs))
  }

  /** Stores all tasks, or none; then each is stored alone, so that only the faulty one fails. */
  async #storeTogether(tasks: readonly NewTask[]): Promise<(TaskRow | undefined)[]> {
    try {
      return await this.#storeAll(this.#options.database.queries, tasks)
    } catch (error) {
      // The client tries again after a fault that passes, as with a single task: it may be unknown whether they are
      // stored.
      if (tasks.length === 1 || isTransientFault(error)) throw error
      return tasks.map(() => undefined)
    }
  }

  /**
   * Removes a task and all its saved rows, whatever its state; its running attempt ends. False when the owner has no
   * such task of this kind.
   */
  async remove(id: string, ownerId: string, kind: string): Promise<boolean> {
    const { database, store } = this.#options
    return database.queries.transaction(async tx => {
      const task = await store.find(tx, id, ownerId)
      if (task?.kind !== kind) return false
      await this.removeIn(tx, [task.id])
      return true
    })
  }

  /** `remove` as a part of `tx`, for tasks that the caller may remove. */
  async removeIn(tx: Transaction, ids: readonly string[]): Promise<void> {
    const { store, chain } = this.#options
    for (const task of await store.lockUnfinished(tx, ids)) {
      await chain.leave(tx, task)
      // Removed before the next one leaves its chain: a later task must not be made to wait for one that is removed as
      // well.
      await store.remove(tx, [task.id])
    }
    await store.remove(tx, ids)
    tx.afterCommit(() => this.#forget(ids))
  }

  /** Stops attempts and drops logs of removed tasks. */
  async #forget(ids: readonly string[]): Promise<void> {
    const { logs, runner, signals } = this.#options
    for (const id of ids) {
      await runner.discard(id)
      logs.forget(id)
      signals?.changed(id)
    }
    runner.wake()
  }

  /** Another instance has changed the rows of a task: applies the change here. Never rejects. */
  async reconcile(taskId: string): Promise<void> {
    const { runner, logs } = this.#options
    // Without the database: the next heartbeat reconciles running attempts.
    await runner.reconcile([taskId]).catch(() => {})
    await logs.reconcile(taskId)
    runner.wake()
  }

  /** @throws Problem `task-not-found` */
  async view(id: string, ownerId: string): Promise<TaskView> {
    return this.#view(
      await snapshot(this.#options.database, async tx => this.#saved(tx, await this.#find(tx, id, ownerId))),
    )
  }

  /** Newest first. */
  async list(
    ownerId: string,
    filter: { kind?: string; status?: readonly TaskStatus[]; before?: string; limit: number },
  ): Promise<TaskView[]> {
    const { store, database } = this.#options
    const saved = await snapshot(database, async tx => {
      const rows = await store.list(tx, ownerId, filter)
      const outputs = await store.outputsOf(tx, rows)
      return rows.map(task => ({ task, outputs: outputs.get(task.id) ?? [] }))
    })
    return Promise.all(saved.map(one => this.#view(one)))
  }

  /**
   * The task's log, to be subscribed to in the same turn of the event loop. While the task runs here nothing is read:
   * its readers cost the database nothing, and need none. A task that another instance removed is found until its
   * signal comes.
   *
   * @throws Problem `task-not-found`
   */
  async log(id: string, ownerId: string): Promise<EventLog> {
    const { database, logs, runner } = this.#options
    const written = runner.attempt(id)?.task.ownerId === ownerId ? logs.written(id) : undefined
    return written ?? logs.open(id, () => this.#find(database.queries, id, ownerId))
  }

  /** The log of a task that was just submitted. */
  logOf(task: TaskRow): Promise<EventLog> {
    return this.#options.logs.forReading(task)
  }

  /**
   * Cancels a task: a waiting one at once; of a running one the sockets are closed and the text so far is saved.
   * Idempotent; an ended task stays as it is. The database has the cancellation before anything is stopped.
   */
  async cancel(id: string, ownerId: string): Promise<TaskView> {
    return this.#view(await this.#options.database.queries.transaction(tx => this.cancelIn(tx, id, ownerId)))
  }

  /** `cancel` as a part of `tx`. */
  async cancelIn(tx: Transaction, id: string, ownerId: string): Promise<SavedTask> {
    const { store, runner } = this.#options
    const task = await this.#lock(tx, id, ownerId)
    if (task.status === 'running') await store.requestCancel(tx, id)
    const saved = task.status === 'queued' ? await this.#cancelQueued(tx, task) : await this.#saved(tx, task)
    tx.afterCommit(() => {
      runner.attempt(task.id)?.cancel()
      this.#publishState(saved)
    })
    return saved
  }

  /** Notifies readers, the owner and other instances that the rows of a task that does not run here have changed. */
  #publishState(saved: SavedTask): void {
    const { runner, logs, signals, onChange } = this.#options
    logs.refresh(saved)
    signals?.changed(saved.task.id)
    onChange?.(saved.task)
    // It may wait in the queue again, or the task behind it may begin.
    runner.wake()
  }

  /** Cancels one output; the others go on. Cancelling the last one that waits cancels a waiting task. */
  async cancelOutput(id: string, ownerId: string, index: number): Promise<TaskView> {
    const { database, store, runner, signals } = this.#options
    const saved = await database.queries.transaction(async tx => {
      const task = await this.#lock(tx, id, ownerId)
      const { outputs } = await this.#saved(tx, task)
      const output = outputs[index]
      if (!output) throw outputNotFound(outputs.length)
      if (taskEnded(task.status) || outputEnded(output.status)) return { task, outputs }
      await store.requestOutputCancel(tx, id, index)
      const allCancelled = outputs.every(
        other => other.index === index || outputEnded(other.status) || other.cancelRequested,
      )
      if (task.status === 'queued' && allCancelled) {
        const cancelled = await this.#cancelQueued(tx, task)
        tx.afterCommit(() => this.#publishState(cancelled))
        return cancelled
      }
      tx.afterCommit(() => {
        runner.attempt(task.id)?.cancelOutput(index)
        signals?.changed(task.id)
      })
      return { task, outputs }
    })
    return this.#view(saved)
  }

  /**
   * Writes one ended output again: within the running attempt, on any instance, or in the next one, in which the other
   * outputs stand.
   *
   * @throws Problem `output-not-found`, `output-unfinished`, `task-busy`, `queue-full`, `input-damaged`, and those of
   * the kind
   */
  async retryOutput(id: string, ownerId: string, index: number): Promise<TaskView> {
    const { signals } = this.#options
    if ((await this.#retryHere(id, ownerId, index)) === 'runs-elsewhere') {
      const answer = await signals?.ask({ taskId: id, ownerId, retryOutput: index })
      if (!answer) throw taskBusy()
      if (!answer.done) throw new Problem(answer.problem)
    }
    return this.view(id, ownerId)
  }

  /**
   * Writes every output that an ended task could not complete again, in its next attempt: all of them if the kind's
   * part failed.
   *
   * @throws Problem `task-unfinished`, `nothing-to-retry`, `queue-full`, `input-damaged`, and those of the kind
   */
  async retry(id: string, ownerId: string): Promise<TaskView> {
    const saved = await this.#options.database.queries.transaction(async tx => {
      const task = await this.#lock(tx, id, ownerId)
      const { outputs } = await this.#saved(tx, task)
      if (!taskEnded(task.status)) throw taskUnfinished()
      if (task.status === 'completed') throw nothingToRetry()
      await this.#mustHaveInput(tx, task)
      const without = outputs.filter(({ status }) => status !== 'completed')
      await this.#requeue(
        tx,
        task,
        (without.length > 0 ? without : outputs).map(({ index }) => index),
      )
      const requeued = await this.#saved(tx, await this.#find(tx, id, ownerId))
      tx.afterCommit(() => this.#publishState(requeued))
      return requeued
    })
    return this.#view(saved)
  }

  async #retryHere(id: string, ownerId: string, index: number): Promise<'done' | 'runs-elsewhere'> {
    const { database, store, runner } = this.#options
    return database.queries.transaction(async tx => {
      const task: KindTask & TaskRow = await this.#lock(tx, id, ownerId)
      const { outputs } = await this.#saved(tx, task)
      const output = outputs[index]
      if (!output) throw outputNotFound(outputs.length)
      await this.#mustHaveInput(tx, task)
      if (task.status === 'running') {
        const attempt = runner.attempt(task.id)
        // Another instance may have replaced our attempt without our knowing yet.
        if (attempt?.task.attempt !== task.attempt) return 'runs-elsewhere'
        await store.resetOutput(tx, id, index)
        const retried = attempt.retryOutput(index)
        if (retried === 'unfinished') throw outputUnfinished()
        if (retried === 'ending') throw taskBusy()
        return 'done'
      }
      if (!outputEnded(output.status)) throw outputUnfinished()
      if (task.status === 'queued') await store.resetOutput(tx, id, index)
      else await this.#requeue(tx, task, [index])
      const saved = await this.#saved(tx, await this.#find(tx, id, ownerId))
      tx.afterCommit(() => this.#publishState(saved))
      return 'done'
    })
  }

  /** @throws Problem `input-damaged` */
  async #mustHaveInput(tx: Queries, task: TaskRow): Promise<void> {
    const input = (await this.#options.store.inputs(tx, [task])).get(task.id)
    if (input?.value === undefined) throw taskInputDamaged()
  }

  /** Puts an ended task back into the queue, for these outputs. */
  async #requeue(tx: Queries, task: KindTask & TaskRow, indexes: readonly number[]): Promise<void> {
    const { store, queue, kinds } = this.#options
    for (const index of indexes) await store.resetOutput(tx, task.id, index)
    await kinds.get(task.kind)?.beforeRetry?.(tx, task)
    await this.#mustHaveRoom(tx)
    const jobId = uuidv7()
    await store.requeue(tx, task.id, task.attempt, jobId)
    await queue.send(tx, { taskId: task.id }, { id: jobId })
  }

  /** Answers a question of another instance about a task that runs here. */
  async #answer({ taskId, ownerId, retryOutput }: Question): Promise<Answer | undefined> {
    if (!this.#options.runner.attempt(taskId)) return undefined
    try {
      return (await this.#retryHere(taskId, ownerId, retryOutput)) === 'done' ? { done: true } : undefined
    } catch (error) {
      if (!(error instanceof Problem)) return undefined
      const { status, code, title, detail } = error
      return { done: false, problem: { status, code, title, detail } }
    }
  }

  async #cancelQueued(tx: Transaction, task: TaskRow): Promise<SavedTask> {
    const { store, chain, events, logs } = this.#options
    const { outputs } = await this.#saved(tx, task)
    // A task that ran before has texts to show: then the cancelled wait is an attempt of its own, long enough for them.
    const attempt = task.attempt === 0 ? 0 : task.attempt + 1
    const terminalId = attempt === 0 ? '0-3' : `${attempt}-${outputs.length * 4 + 2}`
    // Its job stays: a process that fetches it finds nothing to claim. Removing it here would lock in the other order.
    const ends = await store.cancelQueued(tx, task.id, attempt, terminalId)
    await chain.leave(tx, task)
    const end = {
      status: 'cancelled' as const,
      endedAt: new Date(),
      ends,
      watched: logs.watched(task.id),
      totalMs: null,
      outputs: outputs
        .filter(({ status }) => status === 'pending')
        .map(() => ({ status: 'cancelled' as const, inputTokens: 0, outputTokens: 0, firstTokenMs: null, retries: 0 })),
    }
    await events.publish(tx, task.traceId, endFacts({ task: { ...task, attempt }, ...end }))
    return this.#saved(tx, await this.#find(tx, task.id, task.ownerId))
  }

  /** Counts only when the queue may be full: the last count, plus the tasks sent since, is the most there can be. */
  async #mustHaveRoom(tx: Queries): Promise<void> {
    const { store, maxQueuedTasks } = this.#options
    const now = performance.now()
    if (now - this.#countedAt > recountMs || this.#queuedAtMost >= maxQueuedTasks) {
      this.#queuedAtMost = await store.queued(tx, maxQueuedTasks)
      this.#countedAt = now
    }
    if (this.#queuedAtMost >= maxQueuedTasks) throw queueFull(queueFullRetrySeconds)
    this.#queuedAtMost++
  }

  /** Locks the task until the transaction ends, and its chain before it. */
  async #lock(tx: Queries, id: string, ownerId: string): Promise<TaskRow> {
    const task = await this.#find(tx, id, ownerId)
    await this.#options.kinds.get(task.kind)?.lockChain?.(tx, task)
    return this.#find(tx, id, ownerId, { forUpdate: true })
  }

  async #find(tx: Queries, id: string, ownerId: string, options?: { forUpdate: boolean }): Promise<TaskRow> {
    const task = await this.#options.store.find(tx, id, ownerId, options)
    if (!task) throw taskNotFound()
    return task
  }

  async #saved(tx: Queries, task: TaskRow): Promise<SavedTask> {
    return readSaved(tx, this.#options, task)
  }

  async #view(saved: SavedTask): Promise<TaskView> {
    const { logs, basePath } = this.#options
    return viewTask(saved, await logs.live(saved.task), basePath)
  }

  #newTask<Kind extends TaskKind>(
    kind: Kind,
    ownerId: string,
    input: Static<Kind['input']>,
    { traceId = newTraceId(), digests }: { traceId?: string; digests?: RequestDigests },
  ): NewTask {
    const id = idAfter(this.#newestId)
    this.#newestId = id
    const outputs = kind.outputs(input)
    return { id, ownerId, kind: kind.name, jobId: uuidv7(), traceId, input, outputs, createdAt: new Date(), digests }
  }
}
