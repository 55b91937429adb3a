import Fastify from 'fastify'
import type { Test } from 'tap'
import { Type } from 'typebox'
import type { Model } from '../../src/ai/client.ts'
import { fixedBound } from '../../src/ai/text-bound.ts'
import { openEngine } from '../../src/app/open-engine.ts'
import type { Database } from '../../src/db/client.ts'
import { Cipher } from '../../src/db/encrypted.ts'
import { startJobs } from '../../src/db/jobs.ts'
import type { Events, Published } from '../../src/domain-events/events.ts'
import type { TaskKind } from '../../src/tasks/kind.ts'
import type { Signals } from '../../src/tasks/log/replication.ts'
import { TaskStore } from '../../src/tasks/store/task-store.ts'
import type { TaskView } from '../../src/tasks/view.ts'
import { openDatabase } from './open-database.ts'

export type Engine = Awaited<ReturnType<typeof startEngine>>

export interface EngineOptions {
  /** Overrides of its kind, which asks with the task's id and keeps nothing. */
  kind?: Partial<Extract<TaskKind, { prompt: unknown }>>
  /** What the model does before it writes "text" and stops. */
  beforeAnswer?: (request: Parameters<Model['complete']>[0]) => Promise<void>
  /** A database shared with others; without it, one of its own. */
  otherKinds?: readonly TaskKind[]
  database?: Database
  /** Its signals to and from other instances. */
  signals?: Signals
}

/** The engine without HTTP, with one kind of task. It stops with the test, or by `stop`. */
export async function startEngine(t: Test, options: EngineOptions = {}) {
  const { beforeAnswer = async () => {}, database = await openDatabase(t) } = options
  const log: string[] = []
  const app = Fastify({ logger: { level: 'info', stream: { write: line => void log.push(line) } } })
  const boss = await startJobs(database, error => t.fail(error.message))
  const cipher = new Cipher([{ id: 'test', key: new Uint8Array(32) }])
  const store = new TaskStore(cipher)
  const kind: TaskKind = {
    name: 'test',
    input: Type.Object({}),
    outputs: () => 1,
    prompt: (_input, _output, { id }) => [{ role: 'user', content: id }],
    bound: () => fixedBound(10_000),
    save: async () => {},
    facts: () => [],
    ...options.kind,
  }
  const kinds = new Map([kind, ...(options.otherKinds ?? [])].map(kind => [kind.name, kind]))
  const published: Published[] = []
  const events: Events = {
    running: 0,
    start: async () => {},
    publish: async () => {},
    publishAll: async (_tx, all) => void published.push(...all),
    wake: () => {},
    stop: async () => {},
  }
  const model: Model = {
    name: 'test',
    demo: false,
    async complete(request) {
      await beforeAnswer(request)
      if (request.signal.aborted) return { outcome: 'aborted' }
      request.onDelta('text')
      return { outcome: 'completed', usage: { inputTokens: 1, outputTokens: 1 } }
    },
    state: () => ({ breaker: 'closed', sockets: 0, retries: 0 }),
    close: async () => {},
  }
  const engine = await openEngine({
    database,
    cipher,
    store,
    boss,
    events,
    model,
    kinds,
    maxRunningOutputs: 10,
    maxQueuedTasks: 1000,
    signals: options.signals,
    logger: app.log,
  })
  await engine.start()
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      await engine.stop(0)
      engine.close()
      await boss.stop({ graceful: false })
      await app.close()
    })()
    return stopped
  }
  t.teardown(stop)
  const { tasks, runner, queue, logs } = engine
  return {
    database,
    store,
    kind,
    runner,
    queue,
    logs,
    tasks,
    log,
    /** With the ends of tasks. */
    published,
    stop,
    /** The task once it has ended. */
    async ended({ id, ownerId }: { id: string; ownerId: string }): Promise<TaskView> {
      const log = await tasks.log(id, ownerId)
      await new Promise<void>(resolve => {
        const look = () => {
          if (log.terminal) resolve()
        }
        log.subscribe(look)
        look()
      })
      return tasks.view(id, ownerId)
    },
  }
}
