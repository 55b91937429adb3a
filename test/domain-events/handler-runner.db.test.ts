import { sql } from 'drizzle-orm'
import t from 'tap'
import { type Database, jobsIn } from '../../src/db/client.ts'
import { JobQueue } from '../../src/db/job-queue.ts'
import { listFailedEvents } from '../../src/domain-events/failed-events.ts'
import { PermanentFault, Postponed } from '../../src/domain-events/handler.ts'
import { handling, rows } from '../support/handling.ts'

t.test('events of one key are handled one at a time, in their order; other keys do not wait', async t => {
  const log: string[] = []
  const first = Promise.withResolvers<void>()
  const other = Promise.withResolvers<void>()
  const last = Promise.withResolvers<void>()
  const { publish } = await handling(t, {
    concurrency: 5,
    async handle({ data: { taskId } }) {
      log.push(`begin ${taskId}`)
      if (taskId === 'a1') await first.promise
      log.push(`end ${taskId}`)
      if (taskId === 'b1') other.resolve()
      if (taskId === 'a3') last.resolve()
    },
  })
  for (const [conversationId, taskId] of [
    ['a', 'a1'],
    ['a', 'a2'],
    ['b', 'b1'],
    ['a', 'a3'],
  ] as const)
    await publish(conversationId, taskId)
  await other.promise
  t.notOk(log.includes('begin a2'), 'the key is held')
  first.resolve()
  await last.promise
  t.same(
    log.filter(line => line.includes('a')),
    ['begin a1', 'end a1', 'begin a2', 'end a2', 'begin a3', 'end a3'],
  )
})

t.test('no more events are handled at once than configured', async t => {
  let running = 0
  let most = 0
  const left = new Set(['1', '2', '3', '4', '5', '6'])
  const all = Promise.withResolvers<void>()
  const { publish, events } = await handling(t, {
    concurrency: 2,
    async handle({ data: { taskId } }) {
      most = Math.max(most, ++running)
      t.ok(events.running <= 2)
      await new Promise(resolve => setImmediate(resolve))
      running--
      left.delete(taskId)
      if (left.size === 0) all.resolve()
    },
  })
  for (const id of left) await publish(id, id)
  await all.promise
  t.equal(most, 2)
})

t.test('a fault is tried again, and rows committed meanwhile are written once', async t => {
  const tries: number[] = []
  const handled = Promise.withResolvers<void>()
  const { publish, database, skipWaits } = await handling(t, {
    async handle(_turn, { commit }) {
      tries.push(tries.length)
      if (tries.length === 2) {
        await commit(async tx => {
          await tx.execute(sql`insert into effects values (2)`)
          throw new Error('in the middle of it')
        })
      }
      if (tries.length < 4) throw new Error('not yet')
      await commit(async tx => {
        await tx.execute(sql`insert into effects values (4)`)
      })
      handled.resolve()
    },
  })
  await publish('a', 'a1')
  const stop = skipWaits()
  await handled.promise
  await stop()
  t.equal(tries.length, 4)
  t.same(await rows(database, sql`select value from effects`), [{ value: 4 }])
  t.same(await failedEvents(database), [])
})

t.test('a permanent fault goes to the failed events at once, and the key goes on', async t => {
  const next = Promise.withResolvers<void>()
  let tries = 0
  const { publish, database } = await handling(t, {
    async handle({ data: { taskId } }) {
      if (taskId === 'a2') return next.resolve()
      tries++
      throw new PermanentFault('REFUSED', 'with words of a user in it')
    },
  })
  await publish('a', 'a1')
  await publish('a', 'a2')
  await next.promise
  t.equal(tries, 1)
  t.match(await failedEvents(database), [
    {
      handler: 'test',
      eventName: 'turn.completed',
      data: { taskId: 'a1', conversationId: 'a', attempt: 1 },
      attempts: 1,
      error: 'REFUSED',
    },
  ])
  t.notMatch(JSON.stringify(await failedEvents(database)), /words/)
})

t.test('an event that fails ten times goes to the failed events, and the key goes on', async t => {
  const next = Promise.withResolvers<void>()
  let tries = 0
  const { publish, database, skipWaits } = await handling(t, {
    async handle({ data: { taskId } }) {
      if (taskId === 'a2') return next.resolve()
      tries++
      throw new Error('never')
    },
  })
  await publish('a', 'a1')
  await publish('a', 'a2')
  const stop = skipWaits()
  await next.promise
  await stop()
  t.equal(tries, 10)
  const [failed] = await failedEvents(database)
  t.match(failed, { attempts: 10, error: 'Error' })
  t.ok(failed && failed.firstFailedAt < failed.lastFailedAt, 'the first time is that of the first attempt')
})

t.test('an event of which ten processes died is not handled once more, and the key goes on', async t => {
  const next = Promise.withResolvers<void>()
  const { publish, database, boss } = await handling(t, {
    async handle({ data: { taskId } }) {
      t.equal(taskId, 'a2')
      next.resolve()
    },
  })
  await database.queries.transaction(async tx => {
    const data = { name: 'turn.completed', traceId: 'trace', data: { taskId: 'a1', conversationId: 'a' } }
    await JobQueue.sendAll(boss, tx, 'events.test', [{ key: 'a', data }])
    await tx.execute(sql`update pgboss.job set retry_count = 9, started_on = now() where name = 'events.test'`)
  })
  await publish('a', 'a2')
  await next.promise
  t.match(await failedEvents(database), [{ data: { taskId: 'a1' }, attempts: 10, error: 'ATTEMPTS_LOST' }])
})

t.test('a handler that runs when the process stops is waited for', async t => {
  const began = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const { publish, database, events } = await handling(t, {
    async handle(_turn, { commit, signal }) {
      began.resolve()
      await end.promise
      t.notOk(signal.aborted)
      await commit(async tx => {
        await tx.execute(sql`insert into effects values (1)`)
      })
    },
  })
  await publish('a', 'a1')
  await began.promise
  const stopped = events.stop(60_000)
  end.resolve()
  await stopped
  t.same(await rows(database, sql`select value from effects`), [{ value: 1 }])
})

t.test('a handler that does not end in time is stopped, and its event left to the next process', async t => {
  const began = Promise.withResolvers<void>()
  const { publish, database, events } = await handling(t, {
    async handle(_turn, { signal }) {
      began.resolve()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
    },
  })
  await publish('a', 'a1')
  await began.promise
  await events.stop(0)
  t.match(await rows(database, sql`select state, output from pgboss.job where name = 'events.test'`), [
    { state: 'retry', output: { returned: 1 } },
  ])
})

t.test('an event that stopping processes put back, however often, keeps all its tries', async t => {
  const failed = Promise.withResolvers<void>()
  let tries = 0
  const { publish, database, boss, skipWaits } = await handling(t, {
    async handle({ data: { taskId } }) {
      if (taskId === 'a2') return failed.resolve()
      tries++
      throw new Error('always')
    },
  })
  await database.queries.transaction(async tx => {
    const data = { name: 'turn.completed', traceId: 'trace', data: { taskId: 'a1', conversationId: 'a' } }
    await JobQueue.sendAll(boss, tx, 'events.test', [{ key: 'a', data }])
    await tx.execute(sql`update pgboss.job set retry_count = 29, started_on = now(), output = '{"returned": 30}'
      where name = 'events.test'`)
  })
  const stop = skipWaits()
  await publish('a', 'a2')
  await failed.promise
  await stop()
  t.equal(tries, 10)
  t.match(await failedEvents(database), [{ data: { taskId: 'a1' }, attempts: 10, error: 'Error' }])
})

t.test('a process that lost its job writes nothing', async t => {
  const began = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<unknown>()
  let first = true
  const { publish, database, boss, skipWaits } = await handling(t, {
    concurrency: 2,
    async handle(_turn, { commit }) {
      const late = first
      first = false
      if (late) {
        began.resolve()
        await goOn.promise
      }
      const result = await commit(async tx => {
        await tx.execute(sql`insert into effects values (${late ? 1 : 2})`)
      }).catch(error => error)
      if (late) ended.resolve(result)
      else goOn.resolve()
    },
  })
  await publish('a', 'a1')
  await began.promise
  const [job] = await rows(database, sql`select id from pgboss.job where name = 'events.test'`)
  await boss.fail('events.test', job?.id as string, null, { db: jobsIn(database.queries) })
  const stop = skipWaits()
  t.match(await ended.promise, { code: 'JOB_LOST' })
  await stop()
  t.same(await rows(database, sql`select value from effects`), [{ value: 2 }])
})

function failedEvents({ queries }: Database) {
  return listFailedEvents(queries, { limit: 10 })
}

t.test('a postponed event leaves its place at once, keeps its order, and has all its tries before it', async t => {
  const handled: string[] = []
  const last = Promise.withResolvers<void>()
  let postponed = 0
  const { publish, database, skipWaits } = await handling(t, {
    concurrency: 1,
    async handle({ data: { taskId } }) {
      // More often than an event may fail, and than its queue would let it be fetched.
      if (taskId === 'a1' && handled.includes('b1') && ++postponed < 15) throw new Postponed(0)
      if (taskId === 'a1' && !handled.includes('b1')) throw new Postponed(5)
      handled.push(taskId)
      if (taskId === 'a2') last.resolve()
    },
  })
  await publish('a', 'a1')
  await publish('a', 'a2')
  await publish('b', 'b1')
  const stopSkipping = skipWaits()
  await last.promise
  await stopSkipping()
  t.same(handled, ['b1', 'a1', 'a2'], 'the only place is free for another key, and its own key waits behind it')
  t.same(await listFailedEvents(database.queries, { limit: 10 }), [])
  const kept = await rows(
    database,
    sql`select max(retry_count)::int as tries from pgboss.job where name = 'events.test'`,
  )
  t.same(kept, [{ tries: 0 }])
})
