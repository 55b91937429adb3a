import t from 'tap'
import { Together } from '../../src/tasks/together.ts'

/** A `Together` whose batches end when they are told to. */
function batches({ atOnce = 1, atMost = 10 } = {}) {
  const begun: { items: readonly number[]; end: () => void; fail: (error: Error) => void }[] = []
  const together = new Together<number, string>(
    items => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>()
      begun.push({ items, end: () => resolve(items.map(item => `done ${item}`)), fail: reject })
      return promise
    },
    { atOnce, atMost },
  )
  return { begun, together }
}

t.test('one alone is done at once; what comes meanwhile is done together, each with its own answer', async t => {
  const { begun, together } = batches()
  const all = [1, 2, 3, 4].map(item => together.do(item))
  t.same(
    begun.map(({ items }) => items),
    [[1]],
  )
  begun[0]?.end()
  t.equal(await all[0], 'done 1')
  t.same(
    begun.map(({ items }) => items),
    [[1], [2, 3, 4]],
  )
  begun[1]?.end()
  t.same(await Promise.all(all.slice(1)), ['done 2', 'done 3', 'done 4'])
  void together.do(5)
  t.same(begun[2]?.items, [5])
})

t.test('no batch is larger than it may be, and no more are done at the same time', async t => {
  const { begun, together } = batches({ atOnce: 2, atMost: 3 })
  const all = [1, 2, 3, 4, 5, 6, 7].map(item => together.do(item))
  t.same(
    begun.map(({ items }) => items),
    [[1], [2]],
  )
  begun[1]?.end()
  t.equal(await all[1], 'done 2')
  t.same(
    begun.map(({ items }) => items),
    [[1], [2], [3, 4, 5]],
  )
  begun[0]?.end()
  t.equal(await all[0], 'done 1')
  t.same(begun[3]?.items, [6, 7])
})

t.test('a batch that fails does so for each of its items, and for no other', async t => {
  const { begun, together } = batches()
  const all = [1, 2, 3].map(item => together.do(item))
  begun[0]?.end()
  t.equal(await all[0], 'done 1')
  const rest = all.slice(1).map(one => t.rejects(one, { message: 'no' }))
  begun[1]?.fail(new Error('no'))
  await Promise.all(rest)
  const next = together.do(4)
  begun[2]?.end()
  t.equal(await next, 'done 4')
})
