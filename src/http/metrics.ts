import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

export interface Gauges {
  connections(): { open: number; idle: number; waiting: number }
  runningOutputs(): number
  openStreams(): number
  openLogs(): number
  /** Rejects when the database does not answer. */
  queuedTasks(): Promise<number>
}

export interface Metrics {
  registry: Registry
  /** Counts ended outputs, by kind and how they ended. */
  outputs: Counter<'kind' | 'status'>
  /** Counts ended tasks, by kind and how they ended. */
  tasks: Counter<'kind' | 'status'>
}

/** Prometheus metrics of one app. A registry of its own: several apps may live in one process, as in tests. */
export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
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
  simpleGauge('conch_running_outputs', 'Completions that run in this process.', gauges.runningOutputs)
  simpleGauge('conch_open_streams', 'Event streams that are open in this process.', gauges.openStreams)
  simpleGauge('conch_open_logs', 'Task logs in memory.', gauges.openLogs)
  new Gauge({
    name: 'conch_queued_tasks',
    help: 'Tasks that wait, in all processes. NaN when the database does not answer.',
    registers,
    async collect() {
      this.set(await gauges.queuedTasks().catch(() => Number.NaN))
    },
  })
  return {
    registry,
    outputs: new Counter({
      name: 'conch_outputs_total',
      help: 'Outputs that ended.',
      labelNames: ['kind', 'status'],
      registers,
    }),
    tasks: new Counter({
      name: 'conch_tasks_total',
      help: 'Tasks that ended.',
      labelNames: ['kind', 'status'],
      registers,
    }),
  }

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

/** `GET /metrics` for Prometheus. */
export async function metricsRoute(app: FastifyInstance, { registry }: { registry: Registry }): Promise<void> {
  app.get('/metrics', { schema: { tags: ['operation'], summary: 'Prometheus metrics' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
