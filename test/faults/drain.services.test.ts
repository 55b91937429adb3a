import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ownStorage } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { follow } from '../support/follow.ts'
import { operatorToken } from '../support/operator.ts'
import { openRaw } from '../support/raw-database.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { asksForSummary, lastMessage, Talk } from '../support/talk.ts'
import { proxyTcp } from '../support/tcp-proxy.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { Visitor, type Watcher } from '../support/visitor.ts'

const tasks = 5

const skip = testDatabaseUrl ? false : 'needs a Postgres, for several processes'

t.test('a process that is asked to stop hands all its work to another, and ends with 0', { skip }, async t => {
  const { upstream, storage, env } = await stage(t)
  const databaseUrl = new URL(storage.DATABASE_URL as string)
  databaseUrl.searchParams.set('application_name', 'first')
  const first = await server(t, { ...env, DATABASE_URL: databaseUrl.href, DRAIN_SECONDS: '1' })
  const before = new Visitor(first.url)
  const talk = await Talk.begin(before)
  await talk.say('안녕')
  const ids: string[] = []
  for (let index = 0; index < tasks; index++)
    ids.push(await before.submit('/api/reviews', { body: `오늘의 일기 ${index}`, type: 'FEELING' }))
  // The reply, its summary, and the reviews: two of them do not end.
  await upstream.requested(2 + tasks)
  const streams = await openStreams(before, ids)
  const sockets = await Promise.all([
    rawRequest(t, first.url, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n', { answered: true }),
    rawRequest(
      t,
      first.url,
      'POST /api/reviews HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ),
  ])

  const second = await server(t, env)
  const after = new Visitor(second.url, before.cookie)
  upstream.answer(completion => completion.delta('새 글').finish())
  t.equal(await first.kill('SIGTERM'), 0)
  await Promise.all([...streams.map(({ ended }) => ended), ...sockets.map(({ closed }) => closed)])
  for (const { brokenOff, transcript } of streams) {
    t.ok(brokenOff, 'broken off, not ended')
    t.notOk(transcript.done)
    t.notOk(transcript.types().includes('abort'), 'no reader sees a cancellation')
  }

  for (const id of ids) t.equal((await follow(() => after, id)).text(0), '새 글')
  t.equal(await summaryOf(after, talk), '새 글', 'the summary goes on as well')
  const raw = await openRaw(t, storage)
  const [counts] = await raw.query(`
    select count(*) filter (where status = 'completed')::int as completed, sum(ends)::int as ends,
      sum(lost_attempts)::int as lost, count(*) filter (where attempt = 2)::int as again,
      (select count(*)::int from reviews) as reviews, (select count(*)::int from summaries) as summaries,
      (select count(*)::int from failed_events) as failed,
      (select count(*)::int from pg_stat_activity where application_name = 'first') as connections
    from tasks`)
  const all = tasks + 1
  t.same(counts, {
    completed: all,
    ends: all,
    lost: 0,
    again: tasks,
    reviews: tasks,
    summaries: 1,
    failed: 0,
    connections: 0,
  })
})

t.test('asked to stop a second time, it stops at once', { skip }, async t => {
  const { upstream, env } = await stage(t)
  const process = await server(t, { ...env, DRAIN_SECONDS: '600' })
  await new Visitor(process.url).submit('/api/reviews', { body: '오늘의 일기', type: 'FEELING' })
  await upstream.requested(1)
  let exited = false
  void process.exited.then(() => {
    exited = true
  })
  // The first signals within two seconds count as one, since npm forwards the one that its child got as well.
  while (!exited) {
    process.child.kill('SIGTERM')
    await delay(100)
  }
  t.equal(await process.exited, 1)
  t.match(process.output(), /SIGTERM again/)
})

t.test('a database that does not answer does not hold it', { skip }, async t => {
  const { storage, env } = await stage(t)
  const network = await proxyTcp(t, storage.DATABASE_URL as string)
  const process = await server(t, {
    ...env,
    DATABASE_URL: network.url(storage.DATABASE_URL as string),
    DRAIN_SECONDS: '0',
  })
  network.freeze(true)
  t.type(await process.kill('SIGTERM'), 'number', 'it ends, with any exit code')
})

/** A database, and a model that ends no answer but its replies. */
async function stage(t: Test) {
  const upstream: Upstream = await startUpstream(t, completion => {
    if (asksForSummary(completion)) completion.delta('요약 ')
    else if (lastMessage(completion) === '안녕') completion.delta('안녕하세요').finish()
    else completion.delta('처음 ')
  })
  const storage = await ownStorage(t)
  const env = { ...storage, OPERATOR_TOKEN: operatorToken, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'info' }
  return { upstream, storage, env }
}

async function server(t: Test, env: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer(env)
  t.teardown(() => started.kill('SIGKILL'))
  return started
}

/** One of each sort, all of which have begun. */
async function openStreams(visitor: Visitor, ids: readonly string[]): Promise<Watcher[]> {
  const streams = await Promise.all([
    ...ids.map(id => visitor.watchTask(id)),
    visitor.watch('/api/me/events'),
    visitor.watch('/api/operations/events', { request: { headers: { authorization: `Bearer ${operatorToken}` } } }),
  ])
  await Promise.all(streams.map(stream => stream.until(({ chunks }) => chunks.length > 0)))
  return streams
}

/** Sends bytes on a connection that stays open; answers a promise that resolves when it is closed. */
async function rawRequest(
  t: Test,
  url: string,
  bytes: string,
  { answered = false } = {},
): Promise<{ closed: Promise<unknown> }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(bytes)
  if (answered) await once(socket, 'data')
  else socket.resume()
  return { closed }
}

/** The summary, once no turn is without one. */
async function summaryOf(visitor: Visitor, { id }: Talk): Promise<string | null> {
  for (;;) {
    const { body } = await visitor.json<{ text: string | null; pending: number }>(
      'GET',
      `/api/conversations/${id}/summary`,
    )
    if (body.pending === 0) return body.text
    await delay(100)
  }
}
