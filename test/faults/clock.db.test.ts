import t from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { settableClock } from '../support/settable-clock.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

/** The embedded database takes its time from this process; another one cannot be set back by a test. */
const skip = testDatabaseUrl !== undefined && 'the clock of Postgres is its own'

const aheadMs = 9 * 3_600_000

interface Item {
  id: string
  status: string
  createdAt: string
}
const list = async (visitor: Visitor, path: string) => (await visitor.json<{ items: Item[] }>('GET', path)).body.items

t.test('a task requested while the clock was ahead begins at once when it is set back', { skip }, async t => {
  const clock = settableClock(t)
  const upstream = await startUpstream(t, () => {})
  const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl, MAX_RUNNING_OUTPUTS: '1' }
  const conch = await startConch(t, env)
  const visitor = conch.visitor()
  clock.set(aheadMs)
  const ids = [await visitor.record({ ...anyRecord, versions: 1 }), await visitor.record({ ...anyRecord, versions: 1 })]
  await upstream.requested(1)
  clock.set(0)
  upstream.completions[0]?.delta('글').finish()
  await upstream.requested(2)
  upstream.completions[1]?.delta('글').finish()
  for (const id of ids) await visitor.finished(id)
  t.match(await list(visitor, '/api/records'), [{ status: 'completed' }, { status: 'completed' }])
})

t.test('after a restart too; none of its times stays in the future, and new tasks come first', { skip }, async t => {
  const clock = settableClock(t)
  const upstream = await startUpstream(t, completion => completion.delta('글').finish())
  const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
  clock.set(aheadMs)
  const before = await startConch(t, env)
  const visitor = before.visitor()
  const written = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(written)
  await visitor.json('PUT', `/api/records/${written}`, { output: 0, text: '처음 고른 글', confirmed: true })
  upstream.answer(() => {})
  const interrupted = await visitor.record({ ...anyRecord, versions: 1 })
  await upstream.requested(2)
  await before.close()

  clock.set(0)
  upstream.answer(completion => completion.delta('글').finish())
  const conch = await startConch(t, env)
  const back = new Visitor(conch.url, visitor.cookie)
  await back.finished(interrupted)
  const late = await back.record({ ...anyRecord, versions: 1 })
  await back.finished(late)
  const expected = [late, interrupted, written]
  const items = await list(back, '/api/records')
  t.same(
    items.map(({ id }) => id),
    expected,
  )
  const inFuture = ({ createdAt }: Item) => Date.parse(createdAt) > Date.now()
  t.notOk(items.some(inFuture))
  t.same(await list(back, '/api/records?status=queued,running'), [])
  t.notOk((await list(back, '/api/library')).some(inFuture))

  const again = { output: 0, text: '다시 고른 글', confirmed: true }
  await back.json('PUT', `/api/records/${written}`, again)
  t.match(await back.json('GET', `/api/records/${written}`), { body: { saved: { text: '다시 고른 글' } } })
})
