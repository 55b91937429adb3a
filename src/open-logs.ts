import type { FastifyBaseLogger } from 'fastify'
import type { Config } from './config.ts'
import type { Database } from './db/client.ts'
import { Logs, type SavedTask } from './tasks/logs.ts'
import { Mirrors } from './tasks/mirrors.ts'
import { Presence } from './tasks/presence.ts'
import type { Replication } from './tasks/replication.ts'
import type { Timers } from './tasks/sse-stream.ts'
import { marks } from './tasks/states.ts'

export interface OpenLogsOptions {
  config: Pick<Config, 'redisUrl' | 'redisPrefix'>
  database: Database
  load(taskId: string): Promise<SavedTask>
  timers: Timers
  logger: FastifyBaseLogger
  /** Told of a task that runs here, and of which another instance has begun another attempt. */
  onReplaced(taskId: string): void
  opened: AsyncDisposableStack
}

export interface OpenedLogs {
  logs: Logs
  replication?: Replication
  presence: Presence
}

/** The logs of this process, and what it takes to show those of other instances. What is opened closes with `opened`. */
export async function openLogs(options: OpenLogsOptions): Promise<OpenedLogs> {
  const { database, load, timers, logger, opened } = options
  const presence = new Presence()
  const replication = await openReplication(options)
  if (replication) opened.defer(() => replication.close())
  const mirrors = openMirrors({ database, replication, timers, logger })
  if (mirrors) opened.defer(() => mirrors.close())
  const logs = new Logs(load, timers, mirrors && { mirrors, replication, presence })
  opened.defer(() => logs.close())
  return { logs, replication, presence }
}

/** Nothing of Redis is loaded by whoever does not use it. */
async function openReplication({
  config: { redisUrl: url, redisPrefix: prefix },
  logger,
  onReplaced,
}: OpenLogsOptions): Promise<Replication | undefined> {
  if (!url) return undefined
  const { openRedisReplication } = await import('./redis/replication.ts')
  return openRedisReplication({ url, prefix, logger, onReplaced })
}

/** The embedded database belongs to one process: there is nobody else. */
function openMirrors({
  database: { backend, queries },
  ...options
}: Pick<OpenLogsOptions, 'database' | 'timers' | 'logger'> & { replication?: Replication }): Mirrors | undefined {
  return backend === 'postgres' ? new Mirrors({ ...options, marks: ids => marks(queries, ids) }) : undefined
}
