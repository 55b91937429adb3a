import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { openRedisReplication } from '../../src/redis/replication.ts'
import { EventLog } from '../../src/tasks/log/event-log.ts'
import { LivenessLease } from '../../src/tasks/log/lease.ts'
import { noOwnRedis, type OwnRedis, startRedis } from '../support/own-redis.ts'
import { quietLogger } from '../support/quiet-logger.ts'
import { proxyTcp } from '../support/tcp-proxy.ts'
import {
  begin,
  type Instance,
  listen,
  queuedLog,
  replicationContract,
  same,
  until,
  write,
} from '../tasks/log/replication-contract.ts'

const running = { voidAttempt: 0, running: true }

t.test('replication by Redis', { skip: noOwnRedis }, async t => {
  t.test('one server', async t => {
    const { url } = await startRedis(t)
    replicationContract(t, t => instance(t, url))
  })

  const named = process.env.TEST_REDIS_URL
  t.test('the server that CI names', { skip: named ? false : 'TEST_REDIS_URL names none' }, async t => {
    const prefix = `conch-test-${uuidv7()}`
    replicationContract(t, t => instance(t, named ?? '', prefix))
  })

  // A cluster refuses a command whose keys are in several slots: ours have one slot each.
  t.test('a server of a cluster', async t => {
    const { url } = await startRedis(t, '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf')
    const admin = client(t, url)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await until(async () => String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
    replicationContract(t, t => instance(t, url))
  })

  t.test('a Redis that was restarted, and has lost everything, gets everything again', async t => {
    const redis = await startRedis(t)
    const { writer, reader, log, mirror } = await followed(t, redis.url)
    for (let round = 0; round < 5; round++) {
      // Redis stops in the middle of a round trip.
      const writing = write(log, 200)
      await redis.stop()
      await writing
      await redis.start()
      await same(t, mirror, log)
    }
    const late = queuedLog(log.taskId)
    await until(() => reader.replication.connected && writer.replication.connected)
    await instance(t, redis.url).then(({ replication }) => listen(replication, late, running).sync())
    await same(t, late, log)
  })

  t.test('a Redis that was frozen is noticed, and the missed events are sent', async t => {
    const redis = await startRedis(t)
    const { writer, reader, log, mirror } = await followed(t, redis.url)
    redis.freeze(true)
    t.teardown(() => redis.freeze(false))
    await write(log, 100)
    await until(() => !writer.replication.connected && !reader.replication.connected)
    await write(log, 100)
    redis.freeze(false)
    await same(t, mirror, log)
  })

  t.test('connections that are cut again and again lose nothing', async t => {
    const redis = await startRedis(t)
    const [toWriter, toReader] = await Promise.all([proxyTcp(t, redis.url), proxyTcp(t, redis.url)])
    const { log, mirror } = await followed(t, toWriter.url(redis.url), toReader.url(redis.url))
    for (let round = 0; round < 10; round++) {
      await write(log, 30)
      ;[toWriter, toReader][round % 2]?.cut()
      await write(log, 30)
    }
    log.append({ type: 'finish', finishReason: 'stop' })
    await same(t, mirror, log)
  })

  t.test('a network that answers late does not lose, double or mix anything', async t => {
    const redis = await startRedis(t)
    const [toWriter, toReader] = await Promise.all([proxyTcp(t, redis.url), proxyTcp(t, redis.url)])
    const { log, mirror } = await followed(t, toWriter.url(redis.url), toReader.url(redis.url))
    toWriter.delay(20)
    toReader.delay(50)
    const late = queuedLog(log.taskId)
    const other = await instance(t, toReader.url(redis.url))
    await write(log, 100)
    listen(other.replication, late, running)
    for (let round = 0; round < 20; round++) {
      await write(log, 10)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    await same(t, mirror, log)
    await same(t, late, log)
  })

  t.test('a log whose beginning was cut off, or that was removed, is rewritten when a follower needs it', async t => {
    const redis = await startRedis(t)
    const admin = client(t, redis.url)
    const { log, mirror } = await followed(t, redis.url)
    const key = `conch:{${log.taskId}}:log`
    // A follower for which this attempt is void: to rewrite the log is to publish it from its first event on.
    const next = queuedLog(log.taskId)
    await instance(t, redis.url).then(({ replication }) =>
      listen(replication, next, { voidAttempt: 1, running: false }).sync(),
    )
    await admin.xtrim(key, 'MINID', '1-50')
    const afterCut = queuedLog(log.taskId)
    await instance(t, redis.url).then(({ replication }) => listen(replication, afterCut, running))
    await same(t, afterCut, log)
    await admin.del(key)
    const afterRemoval = queuedLog(log.taskId)
    await instance(t, redis.url).then(({ replication }) => listen(replication, afterRemoval, running))
    await same(t, afterRemoval, log)
    await admin.del(key)
    await write(log, 20)
    for (const one of [mirror, afterCut, afterRemoval]) await same(t, one, log)
    t.equal(next.attempt, 0)
  })

  t.test('a Redis that has lost everything gets the running logs again, though nothing more is appended', async t => {
    const redis = await startRedis(t)
    const { log } = await followed(t, redis.url)
    await redis.stop()
    await redis.start()
    const admin = client(t, redis.url)
    await until(async () => (await admin.xlen(`conch:{${log.taskId}}:log`)) === log.lastId.seq)
  })

  t.test('a log expires an hour after its last event; a new attempt removes the events of the ones before', async t => {
    const redis = await startRedis(t)
    const admin = client(t, redis.url)
    const { writer, log, mirror } = await followed(t, redis.url)
    const key = `conch:{${log.taskId}}:log`
    const ttl = await admin.ttl(key)
    t.ok(ttl > 3_000 && ttl <= 3_600, 'an hour')
    begin(writer, log, 2)
    await same(t, mirror, log)
    t.same(await admin.xrange(key, '-', '2-0'), [])
  })

  t.test('an instance has two connections, whether it follows one task or 500', async t => {
    const redis = await startRedis(t)
    const admin = client(t, redis.url)
    const [writer, reader] = await Promise.all([instance(t, redis.url), instance(t, redis.url)])
    const connections = async () => String(await admin.client('LIST')).match(/name=conch /g)?.length
    const logs = Array.from({ length: 500 }, () => new EventLog(uuidv7(), 'record'))
    const mirrors = logs.map(({ taskId }) => queuedLog(taskId))
    const follow = async (from: number, to: number) => {
      for (const log of logs.slice(from, to)) begin(writer, log, 1)
      for (const mirror of mirrors.slice(from, to)) listen(reader.replication, mirror, running)
      for (const log of logs.slice(from, to)) await write(log, 20)
      for (const index of logs.keys()) {
        if (index < to) await until(() => mirrors[index]?.lastId.seq === logs[index]?.lastId.seq)
      }
      return connections()
    }
    const [one, many] = [await follow(0, 1), await follow(1, 500)]
    t.comment(`connections of two instances: ${one} with 1 task followed, ${many} with 500`)
    t.same([one, many], [4, 4])
  })

  t.test('a Redis that has become a replica is left for the server to which its address leads now', async t => {
    const [first, second] = await Promise.all([startRedis(t), startRedis(t)])
    const proxy = await proxyTcp(t, first.url)
    const { log } = await followed(t, proxy.url(first.url))
    proxy.lead(second.url)
    // It keeps its connections, and answers commands that only read.
    await client(t, first.url).replicaof('127.0.0.1', new URL(second.url).port)
    await write(log, 20)
    const later = queuedLog(log.taskId)
    await instance(t, second.url).then(({ replication }) => listen(replication, later, running))
    await same(t, later, log)
  })

  t.test('the writer knows its number of followers after a reconnection, too', async t => {
    const redis = await startRedis(t)
    const proxy = await proxyTcp(t, redis.url)
    const [writer, reader] = await Promise.all([instance(t, proxy.url(redis.url)), instance(t, redis.url)])
    const log = new EventLog(uuidv7(), 'record')
    await listen(reader.replication, queuedLog(log.taskId), { voidAttempt: 0, running: false }).sync()
    const publication = begin(writer, log, 1)
    await until(() => publication.followers === 1)
    proxy.cut()
    await until(() => !writer.replication.connected)
    await until(() => writer.replication.connected)
    // A question on a new connection goes along with this.
    const other = new EventLog(uuidv7(), 'record')
    const mirror = queuedLog(other.taskId)
    listen(reader.replication, mirror, running)
    begin(writer, other, 1)
    await same(t, mirror, other)
    t.equal(publication.followers, 1)
  })

  t.test('a log that Redis refuses does not slow the others down', async t => {
    const redis = await startRedis(t)
    const { writer, log, mirror } = await followed(t, redis.url)
    const refused = new EventLog(uuidv7(), 'record')
    await client(t, redis.url).set(`conch:{${refused.taskId}}:log`, 'of another program')
    begin(writer, refused, 1)
    const rounds = 20
    for (let round = 0; round < rounds; round++) {
      for (const one of [refused, log]) one.append({ type: 'data-round', id: 'round', data: round })
      await same(t, mirror, log)
    }
    const refusals = /errorstat_WRONGTYPE:count=(\d+)/.exec(await client(t, redis.url).info('errorstats'))?.[1]
    t.ok(Number(refusals) < rounds / 2, `it was tried ${refusals} times beside ${rounds} other round trips`)
  })

  t.test('events that a process holds back for a while are neither requested again and again nor lost', async t => {
    const redis = await startRedis(t)
    const { writer, reader, log, mirror } = await followed(t, redis.url)
    let now = 0
    log.lease = new LivenessLease(() => now)
    now = 60_000
    log.append({ type: 'data-kept', id: 'kept', data: 1 })
    const kept = mirror.lastId
    const other = new EventLog(uuidv7(), 'record')
    const mirrorOfOther = queuedLog(other.taskId)
    await listen(reader.replication, mirrorOfOther, { voidAttempt: 0, running: false }).sync()
    begin(writer, other, 1)
    const rounds = 20
    const admin = client(t, redis.url)
    await admin.config('RESETSTAT')
    for (let round = 0; round < rounds; round++) {
      other.append({ type: 'data-round', id: 'round', data: round })
      await same(t, mirrorOfOther, other)
    }
    const counted = String(await admin.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)
    const calls = Array.from(counted).reduce((sum, [, count]) => sum + Number(count), 0)
    t.ok(calls < 2 * rounds, `${calls} calls for ${rounds} appends`)
    t.same(mirror.lastId, kept)
    log.lease.renew()
    log.wake()
    await same(t, mirror, log)
  })

  t.test('the reason why Redis is unavailable is logged, but once', async t => {
    const { url } = await startRedis(t, '--requirepass', 'right')
    const warnings: { err?: Error }[] = []
    const logger = { ...quietLogger, warn: (what: { err?: Error }) => void warnings.push(what) } as typeof quietLogger
    const wrong = url.replace('//', '//:wrong@')
    const replication = openRedisReplication({ url: wrong, prefix: 'conch', logger })
    t.teardown(() => replication.close())
    const refused = client(t, url.replace('//', '//:right@'))
    await until(async () => /failed_calls=([4-9]|\d\d)/.test(await refused.info('commandstats')))
    t.equal(warnings.length, 1)
    t.match(warnings[0]?.err, { message: /WRONGPASS/ })
  })

  t.test('a message that is no event or no signal does no harm', async t => {
    const redis = await startRedis(t)
    const admin = client(t, redis.url)
    const { reader, log, mirror } = await followed(t, redis.url)
    const key = `conch:{${log.taskId}}:log`
    reader.replication.signals.listen({ changed() {}, asked: async ({ taskId }) => void taskId })
    const next = log.lastId.seq + 1
    for (const message of ['', 'x', `1 ${next}\nnot json`, `1 ${next}\n{"type":"text-delta"}`.slice(0, -3)])
      await admin.publish(key, message)
    for (const message of ['', '{', '{}', 'null', '{"from":"x","type":"other"}', '{"from":"x","type":"question"}'])
      await admin.publish('conch:signals', message)
    await write(log, 20)
    await same(t, mirror, log)
  })
})

/** A log of 100 words, and a follower that has them. */
async function followed(t: Test, writerUrl: string, readerUrl = writerUrl) {
  const [writer, reader] = await Promise.all([instance(t, writerUrl), instance(t, readerUrl)])
  const log = new EventLog(uuidv7(), 'record')
  const mirror = queuedLog(log.taskId)
  begin(writer, log, 1)
  listen(reader.replication, mirror, running)
  await write(log, 100)
  await same(t, mirror, log)
  return { writer, reader, log, mirror }
}

async function instance(t: Test, url: OwnRedis['url'], prefix = 'conch'): Promise<Instance> {
  const replaced: string[] = []
  const replication = openRedisReplication({ url, prefix, logger: quietLogger })
  replication.signals.listen({ changed: taskId => void replaced.push(taskId), asked: async () => undefined })
  t.teardown(() => replication.close())
  await until(() => replication.connected)
  return { replication, replaced }
}

function client(t: Test, url: string): Redis {
  const redis = new Redis(url)
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  return redis
}
