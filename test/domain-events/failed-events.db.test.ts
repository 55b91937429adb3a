import { sql } from 'drizzle-orm'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../../src/db/client.ts'
import { JobQueue } from '../../src/db/job-queue.ts'
import {
  addFailedEvent,
  discardFailedEvent,
  type Failure,
  listFailedEvents,
  openFailedEvents,
} from '../../src/domain-events/failed-events.ts'
import { PermanentFault } from '../../src/domain-events/handler.ts'
import { QueuedEvents } from '../../src/domain-events/queued-events.ts'
import { Redrive } from '../../src/domain-events/redrive.ts'
import { handling, rows } from '../support/handling.ts'

t.test('an event that fails three times and then succeeds is not kept', async t => {
  let tries = 0
  const handled = Promise.withResolvers<void>()
  const { publish, database, events, skipWaits } = await handling(t, {
    async handle(_turn, { commit }) {
      if (++tries <= 3) throw new Error('not yet')
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
  await events.stop(60_000)
  t.same(await rows(database, sql`select value from effects`), [{ value: 4 }])
  t.same(await all(database), [])
})

t.test(
  'an event that failed for good is redriven with all its attempts before it, done, and no longer open',
  async t => {
    let broken = true
    let tries = 0
    const next = Promise.withResolvers<void>()
    const handled = Promise.withResolvers<void>()
    const working = await handling(t, {
      async handle({ data: { taskId } }, { commit }) {
        if (taskId === 'a2') return next.resolve()
        if (broken) throw new PermanentFault('REFUSED', 'no')
        if (++tries < 10) throw new Error('nine times more')
        await commit(async tx => {
          await tx.execute(sql`insert into effects values (1)`)
        })
        handled.resolve()
      },
    })
    const { publish, database, events, skipWaits } = working
    await publish('a', 'a1')
    await publish('a', 'a2')
    await next.promise
    const [failed] = await all(database)
    t.match(failed, {
      handler: 'test',
      eventName: 'turn.completed',
      data: { taskId: 'a1' },
      status: 'open',
      settledAt: null,
    })
    broken = false
    let calls = 0
    const redrive = new Redrive({ ...working, handlers: [working.handler], onRedriven: () => calls++ })
    t.match(await redrive.one(failed?.id as string), {
      kind: 'redriven',
      failed: { id: failed?.id, status: 'redriven', settledAt: Date },
    })
    t.equal(calls, 1)
    const stop = skipWaits()
    await handled.promise
    await stop()
    await events.stop(60_000)
    t.same(await rows(database, sql`select value from effects`), [{ value: 1 }])
    t.match(await all(database), [{ id: failed?.id, status: 'redriven' }])
    t.equal((await openFailedEvents(database.queries)).size, 0)
  },
)

t.test('an event that fails again is one failed event, open again; an equal one beside it is another', async t => {
  let next = Promise.withResolvers<void>()
  const working = await handling(t, {
    async handle({ data: { taskId } }) {
      if (taskId === 'last') return next.resolve()
      throw new PermanentFault('REFUSED', 'no')
    },
  })
  const { publish, database } = working
  const redrive = new Redrive({ ...working, handlers: [working.handler] })
  const failAll = async () => {
    await publish('a', 'last')
    await next.promise
    next = Promise.withResolvers<void>()
  }
  await publish('a', 'a1')
  await publish('a', 'a1')
  await failAll()
  const [second, first] = await all(database)
  t.match([second, first], [{ attempts: 1 }, { attempts: 1 }])
  await redrive.one(first?.id as string)
  await failAll()
  const [unchanged, again] = await all(database)
  t.same(unchanged, second)
  t.match(again, { id: first?.id, status: 'open', settledAt: null, attempts: 2, firstFailedAt: first?.firstFailedAt })
  t.ok(again && first && again.lastFailedAt > first.lastFailedAt)
  t.equal((await all(database)).length, 2)
})

t.test('many are redriven in their order, of any number, and only those that match', async t => {
  const { database, boss, handler } = await handling(t, { async handle() {} })
  const redrive = new Redrive({ boss, database, handlers: [handler, { ...handler, name: 'other' }] })
  // More than are redriven in one transaction; nothing takes them from this queue.
  const count = 501
  await JobQueue.open('events.other', boss, database)
  await database.queries.transaction(async tx => {
    for (let index = 0; index < count; index++)
      await addFailedEvent(tx, failure({ handler: 'other', taskId: `${index}` }))
    await addFailedEvent(tx, failure({ handler: 'gone' }))
    await addFailedEvent(tx, { ...failure({ handler: 'other' }), event: quizReady })
  })
  t.same(await redrive.preview({}), { count: count + 1, withoutHandler: 1 })
  const ofTurns = { event: 'turn.completed' }
  t.same(await redrive.preview({ handler: 'other', ...ofTurns }), { count, withoutHandler: 0 })
  t.same(await redrive.preview({ ids: [(await all(database))[0]?.id as string, uuidv7(), 'none'] }), {
    count: 1,
    withoutHandler: 0,
  })
  t.equal((await openFailedEvents(database.queries)).get('other'), count + 1, 'a preview does nothing')

  t.same(await redrive.many(ofTurns), { count, withoutHandler: 1 })
  t.same(
    (
      await rows(
        database,
        sql`select data->'data'->>'taskId' as id from pgboss.job where name = 'events.other' order by job.id`,
      )
    ).map(({ id }) => id),
    Array.from({ length: count }, (_, index) => `${index}`),
  )
  t.same(await openFailedEvents(database.queries), new Map(Object.entries({ gone: 1, other: 1 })))
  t.same(await redrive.many(ofTurns), { count: 0, withoutHandler: 1 })
})

t.test('however many redrives run at once, each event gets one job', async t => {
  const { database, boss, handler, events } = await handling(t, { async handle() {} })
  await events.stop(0)
  const redrive = new Redrive({ boss, database, handlers: [handler] })
  await database.queries.transaction(async tx => {
    for (let index = 0; index < 20; index++) await addFailedEvent(tx, failure({ taskId: `${index}` }))
  })
  const [one] = await all(database)
  const results = await Promise.all([1, 2, 3].map(() => redrive.one(one?.id as string)))
  t.same(results.map(({ kind }) => kind).sort(), ['redriven', 'settled', 'settled'])
  const [first, second] = await Promise.all([redrive.many({}), redrive.many({})])
  t.equal(first.count + second.count, 19)
  const jobs = await rows(database, sql`select id from pgboss.job where name = 'events.test'`)
  t.equal(jobs.length, 20)
})

t.test('an event whose job cannot be sent stays open', async t => {
  const { database, boss } = await handling(t, { async handle() {} })
  const handler = { name: 'without-queue', events: ['turn.completed'], concurrency: 1, async handle() {} } as const
  await addFailedEvent(database.queries, failure({ handler: handler.name }))
  const broken = Object.assign(Object.create(boss), {
    async insert() {
      throw new Error('no queue')
    },
  })
  await t.rejects(new Redrive({ boss: broken, database, handlers: [handler] }).many({}), /no queue/)
  t.match(await all(database), [{ status: 'open', settledAt: null }])
})

t.test('a discarded event has its reason, and is neither discarded nor redriven again', async t => {
  const { database, boss, handler } = await handling(t, { async handle() {} })
  await addFailedEvent(database.queries, failure())
  const id = (await all(database))[0]?.id as string
  t.match(await discardFailedEvent(database.queries, id, 'made by hand'), {
    status: 'discarded',
    reason: 'made by hand',
    settledAt: Date,
  })
  t.equal(await discardFailedEvent(database.queries, id, 'another'), undefined)
  t.match(await new Redrive({ boss, database, handlers: [handler] }).one(id), { kind: 'settled' })
  t.match(await all(database), [{ reason: 'made by hand' }])
})

t.test('a process logs at its start how many there are, and nothing when there are none', async t => {
  const log: string[] = []
  const { database, boss, handler, logger } = await handling(t, { log, async handle() {} })
  t.same(log, [])
  await addFailedEvent(database.queries, failure())
  const later = await QueuedEvents.open([handler], { boss, database, logger })
  await later.start()
  await later.stop(0)
  t.match(
    log.map(line => JSON.parse(line)),
    [{ level: 40, failedEvents: { test: 1 } }],
  )
})

const quizReady: Failure['event'] = {
  name: 'quiz.ready',
  data: { taskId: 'quiz', ownerId: 'owner', complete: true, watched: false },
}

function failure({ handler = 'test', taskId = 'a1' } = {}): Failure {
  const now = new Date()
  return {
    jobId: uuidv7(),
    handler,
    event: {
      name: 'turn.completed',
      data: { taskId, ownerId: 'owner', conversationId: 'a', attempt: 1, watched: false },
    },
    traceId: 'trace',
    attempts: 10,
    error: 'SUMMARY_FAILED',
    firstFailedAt: now,
    lastFailedAt: now,
  }
}

/** Newest first. */
function all({ queries }: Database) {
  return listFailedEvents(queries, { limit: 1000 })
}
