import t from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { scrape } from '../support/metrics.ts'
import { noOwnRedis, startRedis } from '../support/own-redis.ts'
import { openRaw } from '../support/raw-database.ts'
import { startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'
import { until } from '../tasks/log/replication-contract.ts'

t.test(
  'a task whose process died once too often fails, and keeps the text that other instances had of it',
  { skip: testDatabaseUrl ? noOwnRedis : 'needs a Postgres that instances share' },
  async t => {
    const redis = await startRedis(t)
    const upstream = await startUpstream(t, () => {})
    const storage = await ownStorage(t)
    const database = await openRaw(t, storage)
    const env = { ...storage, REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl }
    const first = await startServer(env)
    t.teardown(() => first.kill('SIGKILL'))
    const before = new Visitor(first.url)
    await until(async () => (await scrape(before)).conch_redis_connected === 1)
    const id = await before.record({ ...anyRecord, versions: 2 })
    await upstream.requested(2)
    await database.query('update tasks set lost_attempts = 2 where id = $1', [id])
    upstream.completions[0]?.delta('여기까지 ', '쓴 글')
    const watcher = await before.watchTask(id)
    await watcher.until(({ texts }) => [...texts.values()].includes('여기까지 쓴 글'))
    await first.kill('SIGKILL')

    const second = await startServer(env)
    t.teardown(() => second.kill('SIGKILL'))
    const after = new Visitor(second.url, before.cookie)
    const { done, chunks, texts } = await after.finished(id)
    t.ok(done)
    t.match(chunks.at(-1), { type: 'error' })
    const task = await after.task(id)
    t.match(task, { status: 'failed', attempt: 2, error: { code: 'attempts-lost' } })
    const kept = task.outputs.find(({ text }) => text !== '')
    t.match(kept, { status: 'incomplete', text: '여기까지 쓴 글', error: { code: 'attempts-lost' } })
    t.equal(texts.get(kept?.index ?? -1), kept?.text, 'its reader has it, too')
    t.match(
      task.outputs.find(({ text }) => text === ''),
      { status: 'failed', error: { code: 'attempts-lost' } },
    )
    t.equal(upstream.completions.length, 2, 'the model was not asked again')
    t.equal(await second.kill('SIGTERM'), 0)
  },
)
