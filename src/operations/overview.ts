import type { Model } from '../ai/client.ts'
import type { Database } from '../db/client.ts'
import { backlogs } from '../domain-events/backlog.ts'
import { openFailedEvents } from '../domain-events/failed-events.ts'
import type { EventHandler } from '../domain-events/handler.ts'
import { statisticsToday } from '../statistics/routes.ts'
import type { Logs } from '../tasks/log/logs.ts'
import { running as runningTasks, unfinished as unfinishedTasks } from '../tasks/store/task-queries.ts'
import type { Overview } from './api-schemas.ts'

/** Running tasks that are listed one by one. */
const maxTasks = 100

export interface OverviewSources {
  database: Database
  logs: Logs
  model: Model
  handlers: readonly EventHandler[]
  runningOutputs(): number
  runningHandlers(): number
  openStreams(): number
}

/**
 * The state of everything at this moment. Five queries, one after the other on one connection, however much there is: they
 * read what is left to do, and a few rows of statistics.
 *
 * Rejects when the database does not answer.
 */
export function overviewOf({ database, logs, model, handlers, ...process }: OverviewSources): () => Promise<Overview> {
  const { queries } = database
  const names = handlers.map(({ name }) => name)
  return async () => {
    const unfinished = await unfinishedTasks(queries)
    const running = await runningTasks(queries, maxTasks)
    const events = await backlogs(database, names)
    const failed = await openFailedEvents(queries)
    const today = await statisticsToday(queries)
    return {
      at: new Date().toISOString(),
      tasks: tasksOf(unfinished),
      running: running.map(({ startedAt, stage, ...task }) => ({
        ...task,
        // The log of a task that runs here knows its stage better than its row, which is written at the claim.
        stage: logs.written(task.id)?.stage ?? stage,
        startedAt: startedAt?.toISOString() ?? null,
      })),
      outbox: events.outbox,
      handlers: names.map(name => ({ name, ...backlogOf(events, name), failed: failed.get(name) ?? 0 })),
      failedEvents: Array.from(failed.values()).reduce((sum, open) => sum + open, 0),
      upstream: { model: model.name, demo: model.demo, ...model.state() },
      process: {
        uptimeSeconds: Math.floor(globalThis.process.uptime()),
        memoryBytes: globalThis.process.memoryUsage.rss(),
        runningOutputs: process.runningOutputs(),
        runningHandlers: process.runningHandlers(),
        openStreams: process.openStreams(),
        openLogs: logs.size,
        database: database.connections(),
      },
      today,
    }
  }
}

function tasksOf(unfinished: Awaited<ReturnType<typeof unfinishedTasks>>): Overview['tasks'] {
  const of = (status: string) => unfinished.filter(found => found.status === status)
  const total = (status: string) => of(status).reduce((sum, found) => sum + found.count, 0)
  const waited = of('queued').map(({ oldestSeconds }) => oldestSeconds)
  return {
    queued: total('queued'),
    running: total('running'),
    oldestQueuedSeconds: waited.length > 0 ? Math.max(...waited) : null,
    kinds: Array.from(
      Map.groupBy(unfinished, ({ kind }) => kind),
      ([kind, found]) => ({
        kind,
        queued: found.find(({ status }) => status === 'queued')?.count ?? 0,
        running: found.find(({ status }) => status === 'running')?.count ?? 0,
      }),
    ).sort((a, b) => (a.kind < b.kind ? -1 : 1)),
  }
}

function backlogOf(events: Awaited<ReturnType<typeof backlogs>>, name: string) {
  return events.handlers.get(name) ?? { waiting: 0, retrying: 0, active: 0, oldestSeconds: null }
}
