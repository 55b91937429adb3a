import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ownStorage, startConch } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { follow } from '../support/follow.ts'
import { proxyPostgres } from '../support/postgres-proxy.ts'
import { openRaw, type RawDatabase } from '../support/raw-database.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const tasks = 20

// Side by side: to take over takes ten seconds of silence.
t.jobs = 3

const skip = testDatabaseUrl ? false : 'needs a Postgres, for several processes'

t.test('tasks of a process that is killed go on in another', { skip }, async t => {
  const { upstream, raw, env } = await stage(t)
  const first = await server(t, env)
  const before = new Visitor(first.url)
  const ids = await submitted(before, upstream)
  const second = await startConch(t, env)
  const after = new Visitor(second.url, before.cookie)
  upstream.answer(completion => completion.delta('다시 ', '쓴 글').finish())
  const killedAt = performance.now()
  await first.kill('SIGKILL')
  const claimed = all(ids, async id => {
    while ((await after.task(id)).attempt < 2) await delay(50)
    return performance.now() - killedAt
  })
  const transcripts = await all(ids, id => follow(() => after, id))
  t.comment(`claimed after ${seconds(Math.min(...(await claimed)))} to ${seconds(Math.max(...(await claimed)))}`)
  for (const transcript of transcripts) t.equal(transcript.text(0), '다시 쓴 글')
  await endedOnce(t, raw, { text: '다시 쓴 글', visitor: after, ids })
})

t.test('a process that was stopped while it wrote neither saves nor ends anything afterwards', { skip }, async t => {
  const { upstream, raw, env } = await stage(t)
  const first = await server(t, env)
  const before = new Visitor(first.url)
  const ids = await submitted(before, upstream)
  const stopped = [...upstream.completions]
  // They never leave the process that stops: its last output is what they show.
  const followed = all(ids, id => follow(() => before, id))
  await all(ids, async id => {
    const watcher = await before.watchTask(id)
    await watcher.until(({ texts }) => texts.get(0) === '처음 ')
    watcher.leave()
  })
  const second = await startConch(t, env)
  const after = new Visitor(second.url, before.cookie)
  upstream.answer(completion => completion.delta('다시 ', '쓴 글').finish())
  first.child.kill('SIGSTOP')
  // Everything is ready for it to be saved as soon as the process goes on.
  for (const completion of stopped) completion.delta('늦은 글').finish()
  for (const transcript of await all(ids, id => follow(() => after, id))) t.equal(transcript.text(0), '다시 쓴 글')
  first.child.kill('SIGCONT')
  for (const transcript of await followed) {
    t.equal(transcript.text(0), '다시 쓴 글')
    t.ok(
      endsOf(transcript.ids, transcript.types()).every(id => id.startsWith('2-')),
      'no end of the attempt that was replaced',
    )
    t.notOk(
      transcript.chunks.some(({ delta }) => delta?.includes('늦은')),
      'and nothing that it wrote after it had been replaced',
    )
  }
  await endedOnce(t, raw, { text: '다시 쓴 글', visitor: before, ids })
  t.equal(await first.kill('SIGTERM'), 0, 'it is as good as before')
})

t.test('a process stopped in the middle of its final transaction loses its locks, and its end', { skip }, async t => {
  const { upstream, storage, raw, env } = await stage(t)
  let first: ServerProcess | undefined
  const stopped = Promise.withResolvers<void>()
  const proxy = await proxyPostgres(t, storage.DATABASE_URL as string, ({ text }) => {
    if (/^(with "free" as .*)?update "tasks" set .*"terminal_id" = /.test(text) && first) {
      // With the lock on the task's row: the answer finds no process.
      first.child.kill('SIGSTOP')
      stopped.resolve()
    }
    return { kind: 'pass' }
  })
  first = await server(t, { ...env, DATABASE_URL: proxy.url })
  const before = new Visitor(first.url)
  const ids = await submitted(before, upstream)
  const old = [...upstream.completions]
  const followed = all(ids, id => follow(() => before, id))
  const second = await startConch(t, env)
  const after = new Visitor(second.url, before.cookie)
  upstream.answer(completion => completion.delta('다시 ', '쓴 글').finish())
  for (const completion of old) completion.delta('늦은 글').finish()
  await stopped.promise
  for (const transcript of await all(ids, id => follow(() => after, id))) t.equal(transcript.text(0), '다시 쓴 글')
  const one = first
  first = undefined
  one.child.kill('SIGCONT')
  for (const transcript of await followed) t.equal(transcript.text(0), '다시 쓴 글')
  await endedOnce(t, raw, { text: '다시 쓴 글', visitor: before, ids })
  t.equal(await one.kill('SIGTERM'), 0)
})

/** A database, and a model that begins each text and writes no more. */
async function stage(t: Test) {
  const upstream = await startUpstream(t, completion => completion.delta('처음 '))
  const storage = await ownStorage(t)
  const raw = await openRaw(t, storage)
  return { upstream, storage, raw, env: { ...storage, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'info' } }
}

async function server(t: Test, env: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer(env)
  t.teardown(() => started.kill('SIGKILL'))
  return started
}

/** Tasks that are being written, by the only process that there is. */
async function submitted(visitor: Visitor, upstream: Upstream): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < tasks; index++)
    ids.push(await visitor.submit('/api/reviews', { body: `오늘의 일기 ${index}`, type: 'FEELING' }))
  await upstream.requested(tasks)
  return ids
}

/** Each was saved by its second attempt, once, with all its effects. */
async function endedOnce(
  t: Test,
  raw: RawDatabase,
  { text, visitor, ids }: { text: string; visitor: Visitor; ids: string[] },
): Promise<void> {
  for (const id of ids) {
    const { status, attempt, outputs } = await visitor.task(id)
    t.same(
      { status, attempt, texts: outputs.map(output => output.text) },
      { status: 'completed', attempt: 2, texts: [text] },
    )
  }
  let left: unknown = true
  while (left) {
    const [row] = await raw.query(
      `select count(*)::int as left from pgboss.job where state in ('created', 'retry', 'active')
       and (name = 'outbox' or name in (select name from pgboss.subscription))`,
    )
    left = row?.left
    if (left) await delay(100)
  }
  const [counts] = await raw.query(`
    select count(*)::int as tasks, sum(ends)::int as ends, sum(lost_attempts)::int as lost,
      (select count(*)::int from reviews) as reviews,
      (select count(*)::int from library) as library,
      (select sum(tasks)::int from statistics where owner_id in (select owner_id from tasks)) as counted,
      (select count(*)::int from failed_events) as failed
    from tasks`)
  const all = ids.length
  t.same(counts, { tasks: all, ends: all, lost: all, reviews: all, library: all, counted: all, failed: 0 })
}

/** The ids of the events that reported the end of a task. */
function endsOf(ids: readonly string[], types: readonly string[]): string[] {
  const withId = types.filter(type => type !== 'data-reset')
  return ids.filter((_, index) => withId[index] === 'finish')
}

function all<T>(ids: readonly string[], work: (id: string) => Promise<T>): Promise<T[]> {
  return Promise.all(ids.map(work))
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
