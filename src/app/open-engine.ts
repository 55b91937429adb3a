import type { FastifyBaseLogger } from 'fastify'
import type { PgBoss } from 'pg-boss'
import type { Model } from '../ai/client.ts'
import type { Database } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { Events } from '../domain-events/events.ts'
import type { Timers } from '../sse/sse-stream.ts'
import { Idempotency } from '../tasks/idempotency/idempotency.ts'
import type { TaskKind } from '../tasks/kind.ts'
import { LivenessLease } from '../tasks/log/lease.ts'
import { Logs } from '../tasks/log/logs.ts'
import type { Replication, Signals } from '../tasks/log/replication.ts'
import { loadSaved } from '../tasks/log/saved-task.ts'
import { Runner } from '../tasks/run/runner.ts'
import { TaskChain } from '../tasks/store/chain.ts'
import { openTaskQueue, type TaskQueue } from '../tasks/store/queue.ts'
import type { ClaimedTask, TaskRow } from '../tasks/store/rows.ts'
import { taskPositions } from '../tasks/store/task-queries.ts'
import type { TaskEnd, TaskStore } from '../tasks/store/task-store.ts'
import { Tasks } from '../tasks/tasks.ts'

export interface EngineOptions {
  database: Database
  cipher: Cipher
  store: TaskStore
  boss: PgBoss
  events: Events
  model: Model
  kinds: ReadonlyMap<string, TaskKind>
  /** Concurrent completions in this process. */
  maxRunningOutputs: number
  /** Tasks that may wait, of all owners and in all processes. */
  maxQueuedTasks: number
  /** What the addresses of tasks begin with. */
  basePath?: string
  /** Between instances, if there may be others. */
  replication?: Replication
  signals?: Signals
  timers?: Timers
  logger: FastifyBaseLogger
  /** Called for each attempt that begins in this process. */
  onClaim?(task: ClaimedTask): void
  /** Called for each attempt that ended in this process, after the commit. */
  onEnd?(task: ClaimedTask, end: TaskEnd): void
  /** Called for each task that was cancelled or queued again in this process, after the commit. */
  onChange?(task: TaskRow): void
}

/** The task engine: takes tasks, runs them, and shows what they write. */
export interface Engine {
  readonly tasks: Tasks
  readonly idempotency: Idempotency
  readonly logs: Logs
  readonly runner: Runner
  readonly queue: TaskQueue
  /** Takes tasks from now on. @throws when the database does not answer. */
  start(): Promise<void>
  /** Takes no more tasks, waits for running attempts up to `drainMs`, then gives the rest back. Idempotent. */
  stop(drainMs: number): Promise<void>
  /** Drops the logs. Call `stop` first. */
  close(): void
}

/** Makes an engine of its parts. Nothing runs before `start`. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { database, cipher, store, boss, kinds, replication, timers, logger } = options
  const { signals = replication?.signals } = options
  const queue = await openTaskQueue(boss, database)
  const chain = new TaskChain(store, queue)
  const idempotency = new Idempotency({ queries: database.queries, cipher, store })
  const lease = new LivenessLease()
  const logs = new Logs(
    id => loadSaved(database.queries, { store, kinds }, id),
    timers,
    // The embedded database belongs to one process: there are no others.
    database.backend === 'postgres'
      ? { taskPositions: ids => taskPositions(database.queries, ids), replication, lease, logger }
      : undefined,
  )
  const shared = { ...options, queue, chain, logs }
  const runner = new Runner({ ...shared, lease })
  const newestId = await store.newestId(database.queries)
  const tasks = new Tasks({ ...shared, idempotency, runner, signals, newestId })
  return {
    tasks,
    idempotency,
    logs,
    runner,
    queue,
    start: () => runner.start(),
    stop: drainMs => runner.stop(drainMs),
    close: () => logs.close(),
  }
}
