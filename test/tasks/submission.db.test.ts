import t from 'tap'
import { DatabaseUnavailable } from '../../src/db/faults.ts'
import { startEngine } from '../support/engine.ts'

const owner = '01987fff-0000-7000-8000-000000000001'

t.test('of tasks stored in one batch only the faulty one fails', async t => {
  const { tasks, kind, ended } = await startEngine(t)
  const submitted = await Promise.allSettled(
    ['one', 'not\0text', 'three'].map(traceId => tasks.submit(kind, owner, {}, { traceId })),
  )
  t.match(submitted, [{ status: 'fulfilled' }, { status: 'rejected' }, { status: 'fulfilled' }])
  for (const [nth, one] of submitted.entries())
    if (one.status === 'fulfilled')
      t.match(await ended(one.value.task), { status: 'completed' }, `the one of request ${nth}`)
})

t.test('with an unavailable database all fail at once, and none is stored a second time', async t => {
  const { tasks, kind, store } = await startEngine(t)
  await tasks.submit(kind, owner, {})
  const sizes: number[] = []
  store.insert = async (_tx, created) => {
    sizes.push(created.length)
    await new Promise(resolve => setTimeout(resolve, 10))
    throw new DatabaseUnavailable(new Error('away'))
  }
  const submitted = await Promise.allSettled(Array.from({ length: 100 }, () => tasks.submit(kind, owner, {})))
  t.ok(submitted.every(({ status, ...one }) => status === 'rejected' && 'reason' in one))
  t.ok(sizes.length <= 2, `${sizes} were tried`)
})
