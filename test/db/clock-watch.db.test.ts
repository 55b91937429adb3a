import t, { type Test } from 'tap'
import { ClockWatch } from '../../src/db/clock-watch.ts'
import { type Job, JobQueue } from '../../src/db/job-queue.ts'
import { startJobs } from '../../src/db/jobs.ts'
import { pullBack } from '../../src/db/pull-back.ts'
import { openDatabase } from '../support/open-database.ts'
import { quietLogger } from '../support/quiet-logger.ts'

const hours = 9
const aheadMs = hours * 3_600_000

interface Nth {
  nth: number
}

/** A database whose clock, as jobs see it, can be set. */
async function clocked(t: Test) {
  const database = await openDatabase(t)
  const boss = await startJobs(database, error => t.fail(error.message))
  t.teardown(() => boss.stop({ graceful: false }))
  const sql = (text: string, values: unknown[] = []) => database.jobs.executeSql(text, values)
  return {
    database,
    boss,
    rows: async <Row>(text: string) => (await sql(text)).rows as Row[],
    sql,
    /** From now on, until it is set again. */
    setClock: (ahead: string) =>
      sql(`create or replace function pgboss.job_now() returns timestamp with time zone as
        $$ select pg_catalog.now() + interval '${ahead}' $$ language sql stable`),
    open: (options = {}) => JobQueue.open<Nth>('test', boss, database, options),
  }
}

const nths = (jobs: readonly Job<Nth>[]) => jobs.map(({ data }) => data.nth)

t.test('a job without a delay is due at once, however far the clock was ahead when it was sent', async t => {
  const { database, setClock, open, boss } = await clocked(t)
  const queue = await open()
  await setClock('9 hours')
  await queue.send(database.queries, { nth: 1 })
  await JobQueue.sendAll(boss, database.queries, 'test', [{ data: { nth: 2 } }])
  await database.queries.execute(await queue.sending([{ id: crypto.randomUUID(), data: { nth: 3 } }]))
  await setClock('0 hours')
  t.same(nths(await queue.fetch(database.queries, 10)), [1, 2, 3])
})

t.test('the maintenance of pg-boss keeps such a job as long as any other', async t => {
  const { database, open, boss } = await clocked(t)
  const queue = await open()
  await queue.send(database.queries, { nth: 1 })
  await boss.supervise('test')
  t.same(nths(await queue.fetch(database.queries, 10)), [1])
})

t.test(
  'a job that failed waits as long as it may at the most, and a dead process no longer than its heartbeat',
  async t => {
    const { database, setClock, open, rows, sql } = await clocked(t)
    const queue = await open({ retryDelaySeconds: 2, maxRetryDelaySeconds: 300 })
    await setClock('9 hours')
    for (const nth of [1, 2]) await queue.send(database.queries, { nth })
    const [first] = await queue.fetch(database.queries, 1)
    await queue.fetch(database.queries, 1)
    await queue.retry(database.queries, first as Job<Nth>)
    await sql(`update pgboss.queue set monitor_claim_on = pgboss.job_now(), monitor_on = pgboss.job_now()`)
    await setClock('0 hours')
    t.equal(await pullBack(database), true)
    const found = await rows<Record<string, number>>(`select
    max(extract(epoch from start_after - now()))::float8 as waits, max(extract(epoch from created_on - now()))::float8 as created,
    max(extract(epoch from heartbeat_on - now()))::float8 as heartbeat, max(extract(epoch from started_on - now()))::float8 as started
    from pgboss.job`)
    t.ok((found[0]?.waits ?? 999) <= 4, 'the wait of a first failure')
    for (const time of ['created', 'started', 'heartbeat'] as const) t.ok((found[0]?.[time] ?? 0) <= 0, time)
    const [stamps] = await rows<{ ahead: boolean }>(
      `select bool_or(greatest(monitor_claim_on, monitor_on, updated_on) > now()) as ahead from pgboss.queue`,
    )
    t.equal(stamps?.ahead, false, 'the next search for lost jobs is not put off')
    t.equal(await pullBack(database), false, 'nothing is left to do')
  },
)

t.test('a job sent after the clock was set back comes after the ones sent before', async t => {
  const { database, setClock, open } = await clocked(t)
  const queue = await open({ ordered: true })
  const send = (nth: number) => queue.send(database.queries, { nth }, { key: 'one' })
  await setClock('9 hours')
  for (const nth of [1, 2]) await send(nth)
  await setClock('0 hours')
  await send(3)
  await pullBack(database, aheadMs)
  const order: number[] = []
  for (;;) {
    const [job] = await queue.fetch(database.queries, 1)
    if (!job) break
    order.push(job.data.nth)
    await queue.complete(database.queries, job)
  }
  t.same(order, [1, 2, 3])
})

t.test('times of rows are pulled back to now, expiry times are not', async t => {
  const { database, sql, rows } = await clocked(t)
  const owner = crypto.randomUUID()
  await sql(
    `insert into tasks (id, owner_id, kind, status, stage, job_id, input, created_at, finished_at) values
      ($1, $1, 'review', 'completed', 'completed', $1, '', now() + interval '9 hours', now() + interval '9 hours'),
      ($2, $1, 'review', 'queued', 'queued', $1, '', now() - interval '1 hour', null)`,
    [owner, '00000000-0000-7000-8000-000000000000'],
  )
  await sql(
    `insert into phone_numbers (owner_id, number, language, code_expires_at)
      values ($1, '', 'ko', now() + interval '9 hours')`,
    [owner],
  )
  await pullBack(database)
  t.same(
    await rows(`select created_at <= now() as created, finished_at <= now() as finished,
      created_at > now() - interval '30 minutes' as lately from tasks order by created_at`),
    [
      { created: true, finished: null, lately: false },
      { created: true, finished: true, lately: true },
    ],
  )
  t.same(await rows(`select code_expires_at > now() + interval '8 hours' as ahead from phone_numbers`), [
    { ahead: true },
  ])
})

t.test('a clock that is set back while the process runs is noticed, one that goes forward needs nothing', async t => {
  const { database, setClock, open } = await clocked(t)
  const queue = await open()
  const real = Date.now
  let offsetMs = 0
  Date.now = () => real() + offsetMs
  t.teardown(() => {
    Date.now = real
  })
  let pulled = 0
  // The database's clock as the watch sees it; jobs have the other one.
  const heartbeats = { executeSql: async () => ({ rows: [{ ms: Date.now() }] }) }
  const watch = new ClockWatch({
    database: { ...database, heartbeats },
    logger: quietLogger,
    onPulled: () => pulled++,
  })
  t.teardown(() => watch.stop())
  await watch.start()
  offsetMs = aheadMs
  await setClock('9 hours')
  await watch.check()
  t.equal(pulled, 0)
  await queue.send(database.queries, { nth: 1 }, { delaySeconds: 5 })
  offsetMs = 0
  await setClock('0 hours')
  await watch.check()
  t.equal(pulled, 1)
  await watch.check()
  t.equal(pulled, 1)
})

t.test(
  'a postponed job is no sign of a clock that was ahead, and has not been tried when it was pulled back',
  async t => {
    const { database, setClock, open, rows } = await clocked(t)
    const queue = await open({ ordered: true, retryDelaySeconds: 2, maxRetryDelaySeconds: 300 })
    const postpone = async () => {
      const [job] = await queue.fetch(database.queries, 1)
      await queue.postpone(database.queries, job as Job<Nth>, 300_000)
    }
    await queue.send(database.queries, { nth: 1 }, { key: 'a' })
    await postpone()
    t.equal(await pullBack(database), false)
    await setClock('9 hours')
    await postpone()
    await setClock('0 hours')
    t.equal(await pullBack(database), true)
    const found = await rows<{ waits: number; started: boolean }>(
      `select extract(epoch from start_after - now())::float8 as waits, started_on is not null as started from pgboss.job`,
    )
    t.match(found, [{ started: false }])
    t.ok((found[0]?.waits ?? 999) <= 300)
    t.equal(await pullBack(database), false)
  },
)
