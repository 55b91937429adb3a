import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { amount } from '../support/amount.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { noOwnPostgres, startPostgres } from '../support/own-postgres.ts'
import { noOwnRedis, startRedis } from '../support/own-redis.ts'
import { Sweeper } from '../support/sweeper.ts'
import { type Audit, audit } from './audit.ts'
import { type Instance, startCluster } from './cluster.ts'
import { leftOver, type Query } from './effects.ts'
import { flaws } from './finding.ts'
import { Load } from './load.ts'
import { RecordingModel } from './recording-model.ts'
import { Story } from './story.ts'
import { type Struck, strike } from './strike.ts'

/** Faults of each sort: a few for each commit; 30 take half an hour. */
const each = Number(process.env.FAULTS_EACH ?? amount(2, 30))

/** At least so many tasks; there are as many as the users send while there are faults. */
const leastTasks = Number(process.env.FAULT_TASKS ?? 0)

const users = 18

/** How long the work left after the faults may take: events wait up to minutes before they are tried again. */
const patienceMs = 600_000

// A bound for a test that never ends, and nothing else.
t.setTimeout(1_500_000 + each * 120_000)

t.test(
  'whatever breaks while texts are written: each task ends once, with the text that the model wrote, for all readers',
  { skip: testDatabaseUrl ? noOwnPostgres || noOwnRedis : 'needs TEST_DATABASE_URL, as all tests with services do' },
  async t => {
    const story = new Story()
    const sweeper = new Sweeper(t)
    const postgres = await startPostgres(t, sweeper)
    const redis = await startRedis(t)
    sweeper.watch(redis.process())
    const model = await RecordingModel.start(t, story)
    const instances = await startCluster(t, {
      instances: 3,
      sweeper,
      story,
      services: { postgres: postgres.url, redis: redis.url, model: model.baseUrl },
      env: {
        DRAIN_SECONDS: '2',
        UPSTREAM_RETRY_SECONDS: '0.2',
        UPSTREAM_RETRY_MAX_SECONDS: '2',
      },
    })
    const ended = new AbortController()
    const query = queryThrough(postgres.url, ended.signal)
    const load = new Load({ instances, story, users })
    const exits: (number | string)[] = []
    const striking = strike({
      ...{ instances, postgres, redis, model, load, story, sweeper, each, exits, signal: ended.signal },
      takenOver: requests => untilTakenOver(query, load, requests, ended.signal),
      pause: ms => delay(ms, undefined, { signal: ended.signal }).catch(() => {}),
    })
    t.teardown(async () => {
      ended.abort()
      await Promise.allSettled([striking, load.stop(0)])
    })

    const struck = await striking
    await until(() => load.accepted.length >= leastTasks, { signal: ended.signal })
    const finished = await load.stop(patienceMs)
    t.ok(finished, 'every watcher has come to an end')
    t.same(load.refusals, [], 'no valid request was refused')
    await until(async () => (await leftOver(query)).length === 0, { patienceMs, signal: ended.signal })

    const audited = await audit({ load, model, query, url: instances[0]?.url ?? '' })
    report(t, audited, struck, load)
    t.comment(`asked to stop, instances ended with ${exits.join(', ')}`)
    if (process.env.FAULTS_LOG) await keepLogs(process.env.FAULTS_LOG, instances, audited, story)
    else for (const { request } of audited.findings.slice(0, 3)) if (request) t.comment(story.of(request))
    t.equal(audited.tasks, load.accepted.length, 'there is one task for each request')
    t.same(audited.findings, [], 'nothing lost, doubled, stuck or wrong')
    for (const { sort, times } of struck) t.equal(times, each, sort)
    for (const { name, stop } of instances) t.equal(await stop(), 0, `${name} stops as it should`)
  },
)

/** Resolves when the attempts of these requests that are under way have been replaced or have ended. */
async function untilTakenOver(
  query: Query,
  load: Load,
  requests: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const ids = requests.flatMap(number => load.sent[number - 1]?.taskId ?? [])
  const attempts = () =>
    query<{ id: string; attempt: number }>(
      `select id, attempt from tasks where id = any($1) and status = 'running' order by id`,
      [ids],
    )
  const before = await attempts()
  const left = async () => {
    const now = await attempts()
    return now.some(({ id, attempt }) => before.some(other => other.id === id && other.attempt === attempt))
  }
  // Other things break meanwhile: a fault that waits for another one's end would be a deadlock.
  await until(async () => !(await left()), { patienceMs: 60_000, signal })
}

/** Resolves when `holds` is true, has not become true for too long, or is of no interest any more. */
async function until(
  condition: () => boolean | Promise<boolean>,
  { patienceMs = Number.POSITIVE_INFINITY, signal }: { patienceMs?: number; signal: AbortSignal },
): Promise<void> {
  const since = performance.now()
  while (!signal.aborted && performance.now() - since < patienceMs && !(await condition())) await delay(250)
}

/** A connection for each statement, as often as it takes: the database is broken now and then. */
function queryThrough(url: string, signal: AbortSignal): Query {
  return async (statement, values) => {
    for (;;) {
      const client = new pg.Client({ connectionString: url })
      client.on('error', () => {})
      try {
        await client.connect()
        return (await client.query(statement, values)).rows
      } catch (error) {
        if (signal.aborted || (error instanceof pg.DatabaseError && !/^(57|08)/.test(error.code ?? ''))) throw error
        await delay(100)
      } finally {
        await client.end().catch(() => {})
      }
    }
  }
}

function report(
  t: { comment(text: string): void },
  { tasks, watchers, ends, findings }: Audit,
  struck: Struck[],
  load: Load,
) {
  const row = (name: string, cells: readonly (number | string)[]) =>
    t.comment([name.padEnd(42), ...cells.map(cell => String(cell).padStart(14))].join(' '))
  row('fault', ['times', 'tasks hit', ...flaws])
  for (const { sort, times, hit } of struck) {
    const of = findings.filter(({ request }) => request !== undefined && hit.has(request))
    row(sort, [times, hit.size, ...flaws.map(flaw => of.filter(finding => finding.flaw === flaw).length)])
  }
  const all = struck.reduce((sum, { times }) => sum + times, 0)
  row('all', [all, tasks, ...flaws.map(flaw => findings.filter(finding => finding.flaw === flaw).length)])
  t.comment(`${load.accepted.length} requests accepted, ${tasks} tasks; ${watchers} watchers`)
  t.comment(`${load.unanswered} requests without an answer; ends: ${JSON.stringify(ends)}`)
}

/** For a reader who searches for the reason: the story of each finding, and all output of the servers. */
async function keepLogs(
  folder: string,
  instances: readonly Instance[],
  { findings }: Audit,
  story: Story,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, output } of instances) await writeFile(join(folder, `${name}.log`), output())
  const stories = findings.map(
    ({ flaw, what, request }) => `=== ${flaw}: ${what}\n${request ? story.of(request) : ''}\n`,
  )
  await writeFile(join(folder, 'findings.txt'), stories.join('\n'))
}
