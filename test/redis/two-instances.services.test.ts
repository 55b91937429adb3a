import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { followedIn } from '../support/followed.ts'
import { scrape } from '../support/metrics.ts'
import { noOwnRedis, startRedis } from '../support/own-redis.ts'
import { openRaw } from '../support/raw-database.ts'
import { Talk } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'
import { until } from '../tasks/log/replication-contract.ts'

const skip = testDatabaseUrl ? noOwnRedis : 'needs a Postgres that instances share'
const oneText = { ...anyRecord, versions: 1 }

t.test('two instances on one Postgres and one Redis', { skip }, async t => {
  const shared = await instances(t)

  t.test('a reader at the other instance has each token before the model writes the next', async t => {
    const { id, here, there, upstream } = await running(t, shared)
    const [near, far] = [await here.watchTask(id), await there.watchTask(id)]
    for (const word of ['하나 ', '둘 ', '셋 ']) {
      upstream.completions[0]?.delta(word)
      for (const watcher of [near, far]) await watcher.until(({ texts }) => texts.get(0)?.endsWith(word) ?? false)
    }
    upstream.completions[0]?.finish()
    for (const watcher of [near, far]) {
      await watcher.ended
      t.ok(watcher.transcript.done)
      t.equal(watcher.transcript.text(0), '하나 둘 셋 ')
    }
    const [ids, farIds] = [near, far].map(({ transcript }) => transcript.ids.filter(id => !id.startsWith('0-')))
    t.same(farIds, ids, 'under the same ids')
  })

  t.test('a cursor of one instance is good at the other: nothing twice, nothing missed', async t => {
    const { id, here, there, upstream } = await running(t, shared)
    const near = await here.watchTask(id)
    upstream.completions[0]?.delta('처음 ', '것')
    await near.until(({ texts }) => texts.get(0) === '처음 것')
    near.leave()
    const far = await there.watchTask(id, near.transcript.lastId)
    upstream.completions[0]?.delta(' 다음').finish()
    await far.ended
    t.ok(far.transcript.done)
    t.notOk(far.transcript.types().includes('data-reset'))
    const deltas = far.transcript.chunks.flatMap(({ delta }) => delta ?? [])
    t.equal(deltas.join(''), ' 다음')
    t.same(await (await there.watchTask(id, far.transcript.lastId)).response.status, 204)
  })

  t.test("the owner's stream of the other instance follows a task, and its cursors are good at either", async t => {
    const { id, here, there, upstream } = await running(t, shared)
    const far = await there.watch(`/api/me/events?follow=${id}`)
    const followed = () => followedIn(far.transcript).get(id)
    upstream.completions[0]?.delta('처음 ', '것')
    await far.until(() => followed()?.text(0) === '처음 것')
    far.leave()
    const near = await here.watch(`/api/me/events?follow=${id}@${encodeURIComponent(followed()?.lastId ?? '')}`)
    upstream.completions[0]?.delta(' 다음').finish()
    await near.until(({ chunks }) => followedIn(near.transcript).get(id)?.end !== undefined && chunks.length > 0)
    t.equal(followedIn(near.transcript).get(id)?.text(0), ' 다음')
    t.notOk(followedIn(near.transcript).get(id)?.types.includes('data-reset'))
    near.leave()
  })

  t.test('polling shows the text so far at either instance', async t => {
    const { id, here, there, upstream } = await running(t, shared)
    upstream.completions[0]?.delta('지금까지 ', '온 글')
    for (const visitor of [here, there]) {
      await until(async () => (await visitor.task(id)).outputs[0]?.text === '지금까지 온 글')
      t.match(await visitor.task(id), { status: 'running', stage: 'generating', attempt: 1 })
    }
    const etags = await Promise.all(
      [here, there].map(async visitor => (await visitor.json('GET', `/api/tasks/${id}`)).headers.get('etag')),
    )
    t.equal(etags[0], etags[1])
    const { body } = await there.json<{ items: { id: string; outputs: { text: string }[] }[] }>('GET', '/api/tasks')
    t.equal(body.items.find(task => task.id === id)?.outputs[0]?.text, '지금까지 온 글')
    upstream.completions[0]?.finish()
    await until(async () => (await there.task(id)).status === 'completed')
  })

  t.test('a task is cancelled from anywhere: the model is left, the text so far is kept', async t => {
    const { id, there, upstream } = await running(t, shared)
    const far = await there.watchTask(id)
    upstream.completions[0]?.delta('여기까지')
    await far.until(({ texts }) => texts.get(0) === '여기까지')
    const { status } = await there.json('POST', `/api/tasks/${id}/cancel`)
    t.equal(status, 202)
    await upstream.completions[0]?.abandoned
    await far.ended
    t.match(far.transcript.chunks.at(-1), { type: 'abort' })
    t.match(await there.task(id), { status: 'cancelled', outputs: [{ text: '여기까지' }] })
  })

  t.test('one output is cancelled, and written again, from anywhere', async t => {
    const { id, there, upstream } = await running(t, shared, { ...anyRecord, versions: 2 })
    const far = await there.watchTask(id)
    t.equal((await there.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 409, 'not while it is written')
    t.equal((await there.json('POST', `/api/tasks/${id}/outputs/0/cancel`)).status, 202)
    const cancelled = await Promise.race(
      upstream.completions.map(async completion => {
        await completion.abandoned
        return completion
      }),
    )
    await far.until(({ chunks }) => chunks.some(({ data }) => data?.index === 0 && data.status === 'cancelled'))
    t.equal((await there.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 202)
    await upstream.requested(3)
    t.match(await there.task(id), { status: 'running', attempt: 1 }, 'in the same attempt')
    for (const completion of upstream.completions) if (completion !== cancelled) completion.delta('글').finish()
    await far.ended
    t.match(await there.task(id), { status: 'completed', outputs: [{ text: '글' }, { text: '글' }] })
  })

  t.test('a task is removed from anywhere, and its attempt ends', async t => {
    const { id, here, there, upstream } = await running(t, shared)
    const near = await here.watchTask(id)
    t.equal((await there.json('DELETE', `/api/records/${id}`)).status, 204)
    await upstream.completions[0]?.abandoned
    await near.ended
    t.notOk(near.transcript.done)
    const redis = new Redis(shared.redis.url)
    t.teardown(() => redis.disconnect())
    await until(async () => (await redis.exists(`conch:{${id}}:log`)) === 0)
    for (const visitor of [here, there]) t.equal((await visitor.json('GET', `/api/tasks/${id}`)).status, 404)
  })

  t.test('a task that waits is cancelled where others follow it, and they see it', async t => {
    const { here, there } = await running(t, shared)
    const talk = await Talk.begin(here)
    await talk.send('첫 번째')
    const waiting = await talk.send('두 번째', '?onBusy=queue')
    const far = await there.watchTask(waiting)
    await far.until(({ chunks }) => chunks.length >= 2)
    t.equal((await here.json('POST', `/api/tasks/${waiting}/cancel`)).status, 200)
    await far.ended
    t.ok(far.transcript.done)
    t.match(far.transcript.chunks.at(-1), { type: 'abort' })
  })

  t.test('a reader at the other instance counts as a reader', async t => {
    const { id, there, upstream } = await running(t, shared)
    const far = await there.watchTask(id)
    // It is known from the events that are sent while a reader follows.
    for (const word of ['하나 ', '둘 ']) {
      upstream.completions[0]?.delta(word)
      await far.until(({ texts }) => texts.get(0)?.endsWith(word) ?? false)
    }
    upstream.completions[0]?.finish()
    await far.ended
    t.same(await watched(shared, id), [{ watched: true }])
  })

  t.test('a client that only polls elsewhere, or has left, is no reader', async t => {
    const { id, there, upstream } = await running(t, shared)
    const far = await there.watchTask(id)
    upstream.completions[0]?.delta('하나 ')
    await far.until(({ texts }) => texts.get(0) === '하나 ')
    far.leave()
    for (const word of ['둘 ', '셋 ']) {
      upstream.completions[0]?.delta(word)
      await until(async () => (await there.task(id)).outputs[0]?.text.endsWith(word))
    }
    upstream.completions[0]?.finish()
    await until(async () => (await there.task(id)).status === 'completed')
    t.same(await watched(shared, id), [{ watched: false }])
  })

  t.test('another owner sees nothing of it, at either', async t => {
    const { id } = await running(t, shared)
    for (const url of shared.urls) {
      const stranger = new Visitor(url)
      await stranger.json('GET', '/api/tasks')
      t.equal((await stranger.json('GET', `/api/tasks/${id}`)).status, 404)
      t.equal((await stranger.fetch(`/api/tasks/${id}/events`)).status, 404)
      t.equal((await stranger.json('POST', `/api/tasks/${id}/cancel`)).status, 404)
      t.equal((await stranger.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 404)
    }
  })
})

t.test('without its Redis', { skip }, async t => {
  const shared = await instances(t)

  t.test('an instance shows the end of a task that runs elsewhere, and cancels it', async t => {
    const { id, here, there, upstream } = await running(t, shared)
    const near = await here.watchTask(id)
    upstream.completions[0]?.delta('글 ')
    await near.until(({ texts }) => texts.get(0) === '글 ')
    await shared.redis.stop()
    upstream.completions[0]?.delta('하나')
    await near.until(({ texts }) => texts.get(0) === '글 하나')
    const far = await there.watchTask(id)
    upstream.completions[0]?.finish()
    for (const watcher of [near, far]) {
      await watcher.ended
      t.ok(watcher.transcript.done)
      t.equal(watcher.transcript.text(0), '글 하나')
    }
    const other = await running(t, shared)
    await other.there.json('POST', `/api/tasks/${other.id}/cancel`)
    await other.upstream.completions[0]?.abandoned
    await until(async () => (await other.there.task(other.id)).status === 'cancelled')
  })

  t.test('a reader that had a part of the text when Redis stopped ends with all of it, and once', async t => {
    await shared.redis.start()
    await until(async () => (await Promise.all(shared.visitors().map(connected))).every(Boolean))
    const { id, there, upstream } = await running(t, shared)
    const far = await there.watchTask(id)
    upstream.completions[0]?.delta('글 ')
    await far.until(({ texts }) => texts.get(0) === '글 ')
    await shared.redis.stop()
    upstream.completions[0]?.delta('하나').finish()
    await far.ended
    t.notOk(far.transcript.done, 'it is disconnected')
    const again = await there.watchTask(id, far.transcript.lastId)
    await again.ended
    t.equal(again.transcript.types()[0], 'data-reset')
    t.equal(again.transcript.text(0), '글 하나')
  })
})

type Shared = Awaited<ReturnType<typeof instances>>

async function instances(t: Test) {
  const redis = await startRedis(t)
  const upstream = await startUpstream(t, () => {})
  const storage = await ownStorage(t)
  const database = await openRaw(t, storage)
  const env = { ...storage, REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, UPSTREAM_RETRIES: '0' }
  const urls = [(await startConch(t, env)).url, (await startConch(t, env)).url] as const
  await until(async () => (await Promise.all(urls.map(url => connected(new Visitor(url))))).every(Boolean))
  return { redis, upstream, database, urls, visitors: () => urls.map(url => new Visitor(url)) }
}

/** A task that runs at one of them: `here` is its owner there, `there` at the other one. */
async function running(t: Test, { urls, upstream }: Shared, body: object = oneText) {
  upstream.reset(() => {})
  const visitors = await Promise.all(urls.map(async url => new Visitor(url)))
  const [first] = visitors as [Visitor, Visitor]
  const before = await Promise.all(visitors.map(claimed))
  const id = await first.record(body)
  await upstream.requested('versions' in body ? Number(body.versions) : 1)
  const after = await Promise.all(visitors.map(claimed))
  const at = after.findIndex((count, index) => count !== before[index])
  const [here, there] = [at, 1 - at].map(index => new Visitor(urls[index] as string, first.cookie)) as [
    Visitor,
    Visitor,
  ]
  t.teardown(() => here.json('POST', `/api/tasks/${id}/cancel`))
  return { id, here, there, upstream }
}

/** Whether the fact says that a reader followed the task to its end. */
async function watched({ database }: Shared, id: string): Promise<unknown[]> {
  const query = `select distinct data->'data'->'watched' as watched from pgboss.job
    where data->>'name' = 'task.ended' and data->'data'->>'taskId' = $1`
  await until(async () => (await database.query(query, [id])).length > 0)
  return database.query(query, [id])
}

/** How many tasks an instance has begun. */
async function claimed(visitor: Visitor): Promise<number> {
  return (await scrape(visitor)).conch_queue_wait_seconds_count ?? 0
}

async function connected(visitor: Visitor): Promise<boolean> {
  return (await scrape(visitor)).conch_redis_connected === 1
}
