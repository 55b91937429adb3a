import Fastify from 'fastify'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { type Gauges, metricsRoute, registerGauges, taskCounters } from '../../src/http/metrics.ts'

const zero: Gauges = {
  connections: () => ({ open: 0, idle: 0, waiting: 0 }),
  clients: () => ({ size: 0, most: 0, closed: { replaced: 0, refused: 0, late: 0, unread: 0 } }),
  runningOutputs: () => 0,
  runningHandlers: () => 0,
  openStreams: () => 0,
  openLogs: () => 0,
  redisConnected: () => undefined,
  upstream: () => ({ breaker: 'closed', sockets: 0, retries: 0 }),
  refusedValues: () => [],
  queuedTasks: async () => 0,
  failedEvents: async () => [],
}

const completed = { index: 0, status: 'completed', text: 'text', cancelRequested: false } as const
const failed = { index: 2, status: 'failed', text: '', cancelRequested: false } as const

/** The metrics of an app, as `name{labels}` and the value. */
async function metricsFor(t: Test, gauges: Partial<Gauges> = {}) {
  const registry = new Registry()
  const counters = taskCounters(registry)
  registerGauges(registry, { ...zero, ...gauges })
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(metricsRoute, { registry })
  const scrape = async () => {
    const response = await app.inject('/metrics')
    t.equal(response.statusCode, 200)
    t.match(response.headers['content-type'], /^text\/plain; version=0\.0\.4/)
    return new Map(Array.from(response.body.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm), ([, name, value]) => [name, value]))
  }
  return { counters, scrape }
}

t.test('gauges are measured when Prometheus asks', async t => {
  let running = 3
  const { scrape } = await metricsFor(t, {
    connections: () => ({ open: 5, idle: 2, waiting: 7 }),
    clients: () => ({ size: 17, most: 18, closed: { replaced: 19, refused: 20, late: 21, unread: 22 } }),
    runningOutputs: () => running,
    openStreams: () => 11,
    openLogs: () => 12,
    upstream: () => ({ breaker: 'half-open', sockets: 14, retries: 15 }),
    refusedValues: () => [{ table: 'outputs', column: 'text', fault: 'damaged', count: 17 }],
    queuedTasks: async () => 13,
    failedEvents: async () => [['conversation-summary', 16]],
  })
  const values = await scrape()
  t.equal(values.get('conch_database_connections{state="active"}'), '3')
  t.equal(values.get('conch_database_connections{state="idle"}'), '2')
  t.equal(values.get('conch_database_connections{state="waiting"}'), '7')
  t.equal(values.get('conch_connections'), '17')
  t.equal(values.get('conch_max_connections'), '18')
  t.equal(values.get('conch_connections_closed_total{reason="replaced"}'), '19')
  t.equal(values.get('conch_connections_closed_total{reason="refused"}'), '20')
  t.equal(values.get('conch_connections_closed_total{reason="late"}'), '21')
  t.equal(values.get('conch_connections_closed_total{reason="unread"}'), '22')
  t.equal(values.get('conch_running_outputs'), '3')
  t.equal(values.get('conch_open_streams'), '11')
  t.equal(values.get('conch_open_logs'), '12')
  t.equal(values.get('conch_queued_tasks'), '13')
  t.equal(values.get('conch_failed_events{handler="conversation-summary"}'), '16')
  t.equal(values.get('conch_damaged_values_total{table="outputs",column="text",fault="damaged"}'), '17')
  t.equal(values.get('conch_upstream_breaker_state'), '1')
  t.equal(values.get('conch_upstream_sockets'), '14')
  t.equal(values.get('conch_upstream_retries_total'), '15')
  t.ok(values.has('process_resident_memory_bytes'), "the process's own are there, too")
  running = 4
  t.equal((await scrape()).get('conch_running_outputs'), '4')
})

t.test('outcomes are counted by kind and status', async t => {
  const { counters, scrape } = await metricsFor(t)
  counters.ended({ kind: 'record' }, { status: 'incomplete', outputs: [completed, completed, failed] })
  const values = await scrape()
  t.equal(values.get('conch_tasks_total{kind="record",status="incomplete"}'), '1')
  t.equal(values.get('conch_outputs_total{kind="record",status="completed"}'), '2')
  t.equal(values.get('conch_outputs_total{kind="record",status="failed"}'), '1')
})

t.test('the wait in the queue is the one before the first attempt', async t => {
  const { counters, scrape } = await metricsFor(t)
  const createdAt = new Date('2026-11-30T09:00:00Z')
  counters.claimed({ attempt: 1, createdAt, claimedAt: new Date('2026-11-30T09:00:02Z') })
  counters.claimed({ attempt: 2, createdAt, claimedAt: new Date('2026-11-30T10:00:00Z') })
  const values = await scrape()
  t.equal(values.get('conch_queue_wait_seconds_sum'), '2')
  t.equal(values.get('conch_queue_wait_seconds_count'), '1')
})

t.test('while the database is unavailable the other metrics are still reported', async t => {
  const { scrape } = await metricsFor(t, {
    runningOutputs: () => 3,
    queuedTasks: async () => {
      throw new Error('away')
    },
    failedEvents: async () => {
      throw new Error('away')
    },
  })
  const values = await scrape()
  t.equal(values.get('conch_queued_tasks'), 'Nan')
  t.equal(values.get('conch_running_outputs'), '3')
})

t.test('two apps in one process count separately', async t => {
  const one = await metricsFor(t)
  const two = await metricsFor(t)
  one.counters.ended({ kind: 'record' }, { status: 'completed', outputs: [completed] })
  t.equal((await two.scrape()).get('conch_tasks_total{kind="record",status="completed"}'), undefined)
})
