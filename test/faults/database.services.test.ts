import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { maxOutputs } from '../../src/tasks/kind.ts'
import { amount } from '../support/amount.ts'
import { ownStorage } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { follow } from '../support/follow.ts'
import { disconnectAll } from '../support/postgres-faults.ts'
import { PromptVisitor } from '../support/prompt-visitor.ts'
import { openRaw, type RawDatabase } from '../support/raw-database.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { lastMessage } from '../support/talk.ts'
import { proxyTcp, type TcpProxy } from '../support/tcp-proxy.ts'
import { Transcript } from '../support/transcript.ts'
import { startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

const skip = testDatabaseUrl ? false : 'needs a Postgres that can be unavailable'

/** How often all are disconnected, while so many visitors have so many texts written, one after the other. */
const disconnections = amount(5, 20)
const visitors = amount(10, 20)
const textsEach = amount(5, 10)

/** Longer than the 10 s after which a silent process is dead. */
const awayMs = amount(13_000, 30_000)

/** As many as run at once. A task is taken only if there is room for the most outputs that one may have. */
const running = 20
const maxRunningOutputs = running + maxOutputs - 1

t.test(
  'with all connections ended again and again under load, nothing hangs and nothing is lost',
  { skip },
  async t => {
    const upstream = await startUpstream(t, async completion => {
      for (const part of answerTo(completion)) {
        await delay(Math.random() * 60)
        completion.delta(part)
      }
      completion.finish()
    })
    const storage = await ownStorage(t)
    const process = await server(t, { ...storage, OPENAI_BASE_URL: upstream.baseUrl })
    const refusals = new Map<number, number>()
    const total = visitors * textsEach

    const loads = Promise.all(
      Array.from({ length: visitors }, async (_, index) => {
        const visitor = new PromptVisitor(process.url)
        for (let text = 0; text < textsEach; text++) {
          const marker = `#${index}-${text}#`
          const id = await accepted(visitor, marker, refusals)
          t.equal((await follow(() => visitor, id)).text(0), `답 ${marker} 끝`)
        }
      }),
    )
    const disconnecting = (async () => {
      for (let round = 1; round <= disconnections; round++) {
        await upstream.requested(Math.floor((total * 0.9 * round) / disconnections))
        await disconnectAll(storage.DATABASE_URL as string)
      }
    })()
    await Promise.all([loads, disconnecting])
    t.comment('refused', Object.fromEntries(refusals))
    t.ok(
      [...refusals.keys()].every(status => status === 503),
      'every request that could not be accepted got an answer that says so',
    )
    await allEndedOnce(t, await openRaw(t, storage), total)
    t.equal(await process.kill('SIGTERM'), 0, 'it is the process that was started')
  },
)

const aways: { how: string; set(network: TcpProxy, away: boolean): void }[] = [
  {
    how: 'refuses',
    set(network, away) {
      network.refuse(away)
      if (away) network.cut()
    },
  },
  { how: 'says nothing', set: (network, away) => network.freeze(away) },
]

for (const { how, set } of aways) {
  t.test(`texts that come to their end while the database ${how} are kept until it is back`, { skip }, async t => {
    const upstream = await startUpstream(t, completion => completion.delta('답 '))
    const storage = await ownStorage(t)
    const network = await proxyTcp(t, storage.DATABASE_URL as string)
    const env = { ...storage, DATABASE_URL: network.url(storage.DATABASE_URL as string) }
    const limits = { MAX_RUNNING_OUTPUTS: String(maxRunningOutputs) }
    const process = await server(t, { ...env, ...limits, OPENAI_BASE_URL: upstream.baseUrl })
    const visitor = new PromptVisitor(process.url)
    const ids: string[] = []
    for (let index = 0; index < running; index++) ids.push(await accepted(visitor, `#${index}#`))
    await upstream.requested(running)
    const transcripts = ids.map(() => new Transcript())
    const followed = Promise.all(ids.map((id, index) => follow(() => visitor, id, transcripts[index])))
    await settled(() => transcripts.every(({ texts }) => texts.get(0) === '답 '))

    set(network, true)
    const back = delay(awayMs, 'back')
    for (const completion of upstream.completions) completion.delta('끝').finish()
    await settled(() => transcripts.every(({ chunks }) => JSON.stringify(chunks).includes('"stage":"saving"')))
    const before = await kept(visitor)
    t.equal(before.running, running)
    let refused = 0
    while ((await Promise.race([back, delay(20)])) !== 'back') {
      const answers = await Promise.all([
        visitor.json('POST', '/api/reviews', { body: '오늘의 일기', type: 'FEELING' }),
        visitor.json('GET', `/api/tasks/${ids[0]}`),
      ])
      for (const answer of answers)
        if (isUnavailable(answer)) refused++
        else t.fail(`answered with ${answer.status} ${JSON.stringify(answer.body)}`)
    }
    t.comment(`${refused} requests refused`)
    t.ok(refused > 0)
    t.same(await kept(visitor), before, 'the kept memory does not grow')
    t.notOk(
      transcripts.some(transcript => transcript.types().includes('finish')),
      'no reader saw an end',
    )
    set(network, false)

    for (const transcript of await followed) t.equal(transcript.text(0), '답 끝')
    upstream.answer(completion => completion.delta('새 글').finish())
    t.equal((await follow(() => visitor, await accepted(visitor, '#new#'))).text(0), '새 글')
    const raw = await openRaw(t, storage)
    await allEndedOnce(t, raw, running + 1)
    const [attempts] = await raw.query('select max(attempt) as most, sum(lost_attempts)::int as lost from tasks')
    t.same(attempts, { most: 1, lost: 0 }, 'none was begun again')
    t.equal(await process.kill('SIGTERM'), 0)
  })
}

function* answerTo(completion: UpstreamCompletion): Generator<string> {
  yield '답 '
  yield /#[\d-]+#/.exec(lastMessage(completion))?.[0] ?? 'no marker'
  yield ' 끝'
}

async function server(t: Test, env: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer({ LOG_LEVEL: 'info', ...env })
  t.teardown(() => started.kill('SIGKILL'))
  return started
}

/** Sends until it is accepted. A refused one may have been accepted, too, if the database's answer was lost. */
async function accepted(visitor: PromptVisitor, marker: string, refusals = new Map<number, number>()): Promise<string> {
  for (;;) {
    const body = { body: `오늘의 일기 ${marker}`, type: 'FEELING' }
    const answer = await visitor.json<{ taskId: string }>('POST', '/api/reviews', body)
    if (answer.status === 202) return answer.body.taskId
    refusals.set(answer.status, (refusals.get(answer.status) ?? 0) + 1)
    await delay(20)
  }
}

function isUnavailable({ status, body }: { status: number; body: Record<string, unknown> }): boolean {
  return status === 503 && body.code === 'database-unavailable'
}

/** How much is in the process's memory, by its own count. */
async function kept(visitor: PromptVisitor): Promise<{ running: number; logs: number; streams: number }> {
  const metrics = await (await visitor.fetch('/metrics')).text()
  const gauge = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1])
  return {
    running: gauge('conch_running_outputs'),
    logs: gauge('conch_open_logs'),
    streams: gauge('conch_open_streams'),
  }
}

/** Each task completed once, with all its effects. More than `least` if the answers of some were lost. */
async function allEndedOnce(t: Test, raw: RawDatabase, least: number): Promise<void> {
  const query = `
    select count(*)::int as tasks, sum(ends)::int as ends,
      count(*) filter (where status in ('queued', 'running'))::int as unfinished,
      count(*) filter (where status = 'completed')::int as completed,
      (select count(*)::int from reviews) as reviews,
      (select count(*)::int from library where status = 'completed') as library,
      (select sum(tasks)::int from statistics where owner_id in (select owner_id from tasks)) as counted,
      (select count(*)::int from failed_events) as failed,
      (select count(*)::int from pgboss.job where state in ('created', 'retry', 'active')
        and (name = 'outbox' or name in (select name from pgboss.subscription))) as jobs
    from tasks`
  let [counts] = await raw.query(query)
  while (counts?.unfinished || counts?.jobs) {
    await delay(200)
    ;[counts] = await raw.query(query)
  }
  const tasks = counts?.tasks as number
  t.ok(tasks >= least)
  t.same(counts, {
    tasks,
    ends: tasks,
    unfinished: 0,
    completed: tasks,
    reviews: tasks,
    library: tasks,
    counted: tasks,
    failed: 0,
    jobs: 0,
  })
}

async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20)
}
