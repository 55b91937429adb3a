import t from 'tap'
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
