import t, { type Test } from 'tap'
import { type Conch, ownStorage, startConch } from '../../support/conch.ts'
import { testDatabaseUrl } from '../../support/database.ts'
import { scrape } from '../../support/metrics.ts'
import { pagesOf } from '../../support/pages.ts'
import { openRaw } from '../../support/raw-database.ts'
import { Talk } from '../../support/talk.ts'
import { startUpstream, type Upstream } from '../../support/upstream.ts'
import type { Visitor, Watcher } from '../../support/visitor.ts'

const streams = 100
/** All but two of the connections that the pool may open. */
const heldConnections = 8

let storage: Awaited<ReturnType<typeof ownStorage>>
let conch: Conch
let upstream: Upstream
t.before(async () => {
  upstream = await startUpstream(t)
  storage = await ownStorage(t)
  conch = await startConch(t, { ...storage, OPENAI_BASE_URL: upstream.baseUrl })
})

t.test('100 streams are open and written to, and none of them holds a database connection', async t => {
  const { visitor, watchers } = await openStreams()
  await settled(t, visitor, 0)
  for (const completion of upstream.completions) completion.delta('그리고 ')
  await Promise.all(watchers.map(watcher => watcher.until(({ texts }) => texts.get(0) === '하나 그리고 ')))
  await settled(t, visitor, 0)
  await finish(watchers)
  t.same(
    watchers.map(({ transcript }) => [transcript.text(0), transcript.done]),
    watchers.map(() => ['하나 그리고 끝.', true]),
  )
  t.equal((await pagesOf(visitor, '/api/reviews', 100)).flat().length, streams)
})

t.test('while they are open, other requests are answered', async t => {
  const { watchers } = await openStreams()
  await othersAreAnswered(t)
  await finish(watchers)
})

if (testDatabaseUrl) {
  t.test('also when two connections are all that is left for other requests', async t => {
    const { visitor, watchers } = await openStreams()
    const talks = await Promise.all(Array.from({ length: heldConnections }, () => Talk.begin(visitor)))
    const raw = await openRaw(t, storage)
    await raw.query('begin')
    await raw.query('select id from conversations for update')
    // Each waits for its conversation, within a transaction.
    const waiting = Promise.all(talks.map(talk => talk.send('말')))
    await settled(t, visitor, heldConnections)
    await othersAreAnswered(t)
    await settled(t, visitor, heldConnections)
    await raw.query('commit')
    t.equal((await waiting).length, heldConnections)
    await finish(watchers)
    await raw.close()
  })
}

/** A visitor whose reviews have begun, each in the stream that answers its request. */
async function openStreams(): Promise<{ visitor: Visitor; watchers: Watcher[] }> {
  upstream.reset(completion => completion.delta('하나 '))
  const visitor = conch.visitor()
  await visitor.json('GET', '/api/reviews')
  const body = JSON.stringify({ body: '오늘 일기', type: 'FEELING' })
  const request = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  const watchers = await Promise.all(Array.from({ length: streams }, () => visitor.watch('/api/reviews', { request })))
  await Promise.all(watchers.map(watcher => watcher.until(({ texts }) => texts.get(0) === '하나 ')))
  return { visitor, watchers }
}

/** Another visitor reads, writes, and waits for one text to end. */
async function othersAreAnswered(t: Test): Promise<void> {
  const other = conch.visitor()
  const begun = upstream.completions.length
  const id = await other.submit('/api/reviews', { body: '다른 일기', type: 'THINKING' })
  await upstream.requested(begun + 1)
  const watcher = await other.watchTask(id)
  upstream.completions[begun]?.finish()
  await watcher.ended
  t.match(await other.json('GET', `/api/reviews/${id}`), { status: 200, body: { text: '하나 ' } })
  t.equal((await other.json('POST', '/api/conversations')).status, 201)
  t.equal((await pagesOf(other, '/api/tasks', 20)).flat().length, 1)
  t.equal((await other.fetch('/readyz')).status, 200)
  t.equal((await other.json('DELETE', `/api/reviews/${id}`)).status, 204)
}

/**
 * Resolves once only this many connections are in use. The queues' own upkeep uses one for a moment, every now and
 * then; a stream that held one would hold it all the time.
 */
async function settled(t: Test, visitor: Visitor, active: number): Promise<void> {
  for (;;) {
    const values = await scrape(visitor)
    if (values['conch_database_connections{state="active"}'] !== active) continue
    if (values['conch_database_connections{state="waiting"}'] !== 0) continue
    t.equal(values.conch_open_streams, streams)
    t.equal(values.conch_running_outputs, streams)
    return
  }
}

async function finish(watchers: readonly Watcher[]): Promise<void> {
  for (const completion of upstream.completions)
    if (!completion.response.writableEnded) completion.delta('끝.').finish()
  await Promise.all(watchers.map(({ ended }) => ended))
}
