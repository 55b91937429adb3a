import { sql } from 'drizzle-orm'
import t from 'tap'
import { listFailedEvents } from '../../src/domain-events/failed-events.ts'
import { PermanentFault } from '../../src/domain-events/handler.ts'
import { handlingBatches, rows } from '../support/handling.ts'

t.test('gathered events are handled at once, at most a batch, and once', async t => {
  const sizes: number[] = []
  const all = Promise.withResolvers<void>()
  const { publishAll, database } = await handlingBatches(t, {
    batchSize: 4,
    async handleAll(events, { commit }) {
      sizes.push(events.length)
      await commit(async tx => {
        for (const { data } of events) await tx.execute(sql`insert into effects values (${Number(data.taskId)})`)
      })
      if (sizes.reduce((sum, size) => sum + size) === 10) all.resolve()
    },
  })
  await publishAll(Array.from({ length: 10 }, (_, index) => `${index}`))
  await all.promise
  t.same(sizes, [4, 4, 2])
  t.same(
    await rows(database, sql`select value from effects order by value`),
    Array.from({ length: 10 }, (_, value) => ({ value })),
  )
})

t.test('one event that cannot be handled goes to the failed events, the others of its batch do not', async t => {
  const all = Promise.withResolvers<void>()
  const { publishAll, database, events } = await handlingBatches(t, {
    batchSize: 10,
    async handleAll(events, { commit }) {
      await commit(async tx => {
        for (const { data } of events) {
          await tx.execute(sql`insert into effects values (${Number(data.taskId)})`)
          if (data.taskId === '2') throw new PermanentFault('REFUSED', 'with words of a user in it')
        }
      })
      if (events.at(-1)?.data.taskId === '4') all.resolve()
    },
  })
  await publishAll(['0', '1', '2', '3', '4'])
  await all.promise
  await events.stop(60_000)
  t.same(
    await rows(database, sql`select value from effects order by value`),
    [0, 1, 3, 4].map(value => ({ value })),
  )
  t.match(await listFailedEvents(database.queries, { limit: 10 }), [
    { data: { taskId: '2' }, error: 'REFUSED', attempts: 1, traceId: 'trace' },
  ])
})
