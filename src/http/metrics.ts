import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'
import type { ClaimedTask } from '../tasks/store/rows.ts'
import type { TaskEnd } from '../tasks/store/task-store.ts'
import type { CloseReason } from './connections.ts'

export interface Gauges {
  connections(): { open: number; idle: number; waiting: number }
  /** Connections of clients; `closed`: by the server, since the start, by reason. */
  clients(): { size: number; most: number; closed: Readonly<Record<CloseReason, number>> }
  runningOutputs(): number
  runningHandlers(): number
  openStreams(): number
  openLogs(): number
  /** Undefined: there is no Redis. */
  redisConnected(): boolean | undefined
  /** `retries`: since the start. */
  upstream(): { breaker: keyof typeof breakerStates; sockets: number; retries: number }
  /** Stored values that could not be opened, since the start. */
  refusedValues(): Iterable<{ table: string; column: string; fault: string; count: number }>
  /** Rejects when the database does not answer. */
  queuedTasks(): Promise<number>
  /** The open ones, by handler. Rejects when the database does not answer. */
  failedEvents(): Promise<Iterable<[handler: string, open: number]>>
}

/** Counts what happens to tasks. */
export interface TaskCounters {
  /** An attempt has begun. The first attempt also counts the wait in the queue. */
  claimed(task: Pick<ClaimedTask, 'attempt' | 'createdAt' | 'claimedAt'>): void
  /** An attempt was saved. Counts it and its outputs by kind and by how they ended. */
  ended(task: Pick<ClaimedTask, 'kind'>, end: Pick<TaskEnd, 'status' | 'outputs'>): void
}

const breakerStates = { closed: 0, 'half-open': 1, open: 2 } as const

/**
 * Registers the gauges that are measured when Prometheus asks. Each app has its own registry: one process may run several
 * apps.
 */
export function registerGauges(registry: Registry, gauges: Gauges): void {
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'conch_database_connections',
    help: 'Database connections by state; waiting: requests for one.',
    labelNames: ['state'],
    registers,
    collect() {
      const { open, idle, waiting } = gauges.connections()
      this.set({ state: 'active' }, open - idle)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, waiting)
    },
  })
  simpleGauge('conch_connections', 'Connections of clients that are open.', () => gauges.clients().size)
  simpleGauge(
    'conch_max_connections',
    'Connections of clients that may be open: MAX_CONNECTIONS, or fewer if the limit of open files is too low for it.',
    () => gauges.clients().most,
  )
  new Counter({
    name: 'conch_connections_closed_total',
    help: 'Connections of clients that the server closed. replaced: waited for a request when there was no room for a newer one; refused: new, while all others were being answered; late: the request did not arrive in time; unread: the answer was not read.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(gauges.clients().closed)) this.inc({ reason }, count)
    },
  })
  simpleGauge('conch_running_outputs', 'Completions that run in this process.', gauges.runningOutputs)
  simpleGauge('conch_running_handlers', 'Domain events that are being handled in this process.', gauges.runningHandlers)
  simpleGauge('conch_open_streams', 'Event streams that are open in this process.', gauges.openStreams)
  simpleGauge('conch_open_logs', 'Task logs in memory.', gauges.openLogs)
  if (gauges.redisConnected() !== undefined)
    simpleGauge('conch_redis_connected', 'Whether this process can use Redis: 1, or 0.', () =>
      gauges.redisConnected() ? 1 : 0,
    )
  simpleGauge(
    'conch_upstream_sockets',
    'Connections to the model provider, open or being opened.',
    () => gauges.upstream().sockets,
  )
  simpleGauge(
    'conch_upstream_breaker_state',
    'Circuit breaker of the model provider: 0 closed, 1 half-open, 2 open.',
    () => breakerStates[gauges.upstream().breaker],
  )
  new Counter({
    name: 'conch_upstream_retries_total',
    help: 'Times that the model provider was asked again because a text could not begin.',
    registers,
    collect() {
      this.reset()
      this.inc(gauges.upstream().retries)
    },
  })
  new Counter({
    name: 'conch_damaged_values_total',
    help: 'Times that a stored value could not be decrypted, by where it is and why: damaged, or key-missing.',
    labelNames: ['table', 'column', 'fault'],
    registers,
    collect() {
      this.reset()
      for (const { count, ...labels } of gauges.refusedValues()) this.inc(labels, count)
    },
  })
  new Gauge({
    name: 'conch_queued_tasks',
    help: 'Tasks that wait, in all processes. NaN when the database does not answer.',
    registers,
    async collect() {
      this.set(await gauges.queuedTasks().catch(() => Number.NaN))
    },
  })
  new Gauge({
    name: 'conch_failed_events',
    help: 'Domain events that a handler gave up and that wait for an operator, by handler, of all processes. None when the database does not answer.',
    labelNames: ['handler'],
    registers,
    async collect() {
      const found = await gauges.failedEvents().catch(() => [])
      this.reset()
      for (const [handler, open] of found) this.set({ handler }, open)
    },
  })
  function simpleGauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
}

/** Registers the counters of tasks. */
export function taskCounters(registry: Registry): TaskCounters {
  const registers = [registry]
  const outputs = new Counter({
    name: 'conch_outputs_total',
    help: 'Outputs that ended.',
    labelNames: ['kind', 'status'],
    registers,
  })
  const tasks = new Counter({
    name: 'conch_tasks_total',
    help: 'Tasks that ended.',
    labelNames: ['kind', 'status'],
    registers,
  })
  const queueWait = new Histogram({
    name: 'conch_queue_wait_seconds',
    help: 'Time from the creation of a task to its first attempt.',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
    registers,
  })
  return {
    claimed({ attempt, createdAt, claimedAt }) {
      // Only the clocks of processes count: the database's may differ. Less than 0 when one was set back meanwhile.
      const waitedMs = claimedAt.getTime() - createdAt.getTime()
      if (attempt === 1 && waitedMs >= 0) queueWait.observe(waitedMs / 1000)
    },
    ended({ kind }, { status, outputs: ended }) {
      tasks.inc({ kind, status })
      for (const { status } of ended) outputs.inc({ kind, status })
    },
  }
}

/** `GET /metrics` for Prometheus. */
export async function metricsRoute(app: FastifyInstance, { registry }: { registry: Registry }): Promise<void> {
  app.get('/metrics', { schema: { tags: ['operation'], summary: 'Prometheus metrics' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
