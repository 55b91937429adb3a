import { sql } from 'drizzle-orm'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Queries } from '../../src/db/client.ts'
import { JobQueue } from '../../src/db/job-queue.ts'
import { startJobs } from '../../src/db/jobs.ts'
import { openDatabase } from '../support/open-database.ts'

t.test(
  'a heartbeat and a completion are never written at the same time: each may lock rows that the other needs',
  async t => {
    const database = await openDatabase(t)
    const boss = await startJobs(database, error => t.fail(error.message))
    t.teardown(() => boss.stop({ graceful: false }))
    const order: string[] = []
    let letTouch = Promise.withResolvers<void>()
    const heartbeats: Database['heartbeats'] = {
      async executeSql(text, values) {
        order.push('touch')
        await letTouch.promise
        const result = await database.heartbeats.executeSql(text, values)
        order.push('touched')
        return result
      },
    }
    const queue = await JobQueue.open<{ nth: number }>('test', boss, { ...database, heartbeats } as Database)
    for (const nth of [1, 2, 3]) await queue.send(database.queries, { nth })
    const [first, second, third] = await queue.fetch(database.queries, 3)
    if (!first || !second || !third) throw new Error('three jobs were sent')
    let letComplete = Promise.withResolvers<void>()
    const slow = {
      async execute(statement: Parameters<Queries['execute']>[0]) {
        order.push('complete')
        await letComplete.promise
        const result = await database.queries.execute(statement)
        order.push('completed')
        return result
      },
    } as unknown as Queries

    const touched = queue.touch([first, second])
    const completed = queue.completeAll(slow, [first])
    letComplete.resolve()
    letTouch.resolve()
    t.equal(await touched, true)
    t.equal(await completed, true)
    t.same(order.splice(0), ['touch', 'touched', 'complete', 'completed'])

    letTouch = Promise.withResolvers()
    letComplete = Promise.withResolvers()
    const next = queue.completeAll(slow, [second])
    // It has begun: nothing was being touched.
    while (order.length === 0) await new Promise(resolve => setImmediate(resolve))
    const after = queue.touch([third])
    letTouch.resolve()
    letComplete.resolve()
    t.equal(await next, true)
    t.equal(await after, true)
    t.same(order, ['complete', 'completed', 'touch', 'touched'])
  },
)

t.test('jobs of the same age are fetched in the order of their ids, however few at once', async t => {
  const database = await openDatabase(t)
  const boss = await startJobs(database, error => t.fail(error.message))
  t.teardown(() => boss.stop({ graceful: false }))
  const queue = await JobQueue.open<{ nth: number }>('test', boss, database)
  const ids = Array.from({ length: 6 }, () => uuidv7())
  // One transaction, which stores them in another order: space that deleted rows leave does the same.
  await database.queries.transaction(async tx => {
    for (const nth of [3, 0, 5, 1, 4, 2]) await queue.send(tx, { nth }, { id: ids[nth] })
  })
  const fetched: number[] = []
  while (fetched.length < ids.length)
    for (const { data } of await queue.fetch(database.queries, 2)) fetched.push(data.nth)
  t.same(fetched, [0, 1, 2, 3, 4, 5])
})

t.test(
  'jobs are fetched by all digits of their age: within a millisecond, ids of two processes say nothing',
  async t => {
    const database = await openDatabase(t)
    const boss = await startJobs(database, error => t.fail(error.message))
    t.teardown(() => boss.stop({ graceful: false }))
    const queue = await JobQueue.open<{ nth: number }>('test', boss, database)
    // In the order of their ages; the fractions of a second are of all lengths.
    const ages = ['09:59:59.9', '10:00:00', '10:00:00.0004', '10:00:00.00045', '10:00:00.000451', '10:00:00.001']
    const ids = ages.map(() => uuidv7()).reverse()
    for (const [nth, age] of ages.entries()) {
      await queue.send(database.queries, { nth }, { id: ids[nth] })
      await database.queries.execute(
        sql`update pgboss.job set created_on = ${`2026-01-01 ${age}+00`}::timestamptz where id = ${ids[nth]}`,
      )
    }
    const fetched = await queue.fetch(database.queries, ages.length)
    t.same(
      fetched.map(({ data }) => data.nth),
      [0, 1, 2, 3, 4, 5],
    )
  },
)
