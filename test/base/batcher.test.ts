import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { Batcher, type BatcherOptions } from '../../src/base/batcher.ts'

/** Long enough for a batch to begin after another has ended. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn()
}

/** A `Batcher` whose batches end when the test ends them. */
function batches({ maxConcurrentBatches = 1, maxBatchSize = 10, failsAll }: Partial<BatcherOptions> = {}) {
  const begun: { items: readonly number[]; end: () => void; fail: (error: Error) => void }[] = []
  const batcher = new Batcher<number, string>(
    items => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>()
      begun.push({ items, end: () => resolve(items.map(item => `done ${item}`)), fail: reject })
      return promise
    },
    { maxConcurrentBatches, maxBatchSize, failsAll },
  )
  return { begun, batcher }
}

t.test('items of one turn of the event loop are one batch, each with its own answer', async t => {
  const { begun, batcher } = batches()
  const all = [1, 2].map(item => batcher.do(item))
  await turns()
  t.same(
    begun.map(({ items }) => items),
    [[1, 2]],
  )
  begun[0]?.end()
  t.same(await Promise.all(all), ['done 1', 'done 2'])
})

t.test('items that come meanwhile are the next batch', async t => {
  const { begun, batcher } = batches()
  const first = batcher.do(1)
  await turns()
  const rest = [2, 3, 4].map(item => batcher.do(item))
  await turns()
  t.same(
    begun.map(({ items }) => items),
    [[1]],
  )
  begun[0]?.end()
  t.equal(await first, 'done 1')
  await turns()
  t.same(begun[1]?.items, [2, 3, 4])
  begun[1]?.end()
  t.same(await Promise.all(rest), ['done 2', 'done 3', 'done 4'])
})

t.test('no batch is larger than allowed, and no more run at the same time', async t => {
  const { begun, batcher } = batches({ maxConcurrentBatches: 2, maxBatchSize: 3 })
  for (const item of [1, 2]) {
    void batcher.do(item)
    await turns()
  }
  for (const item of [3, 4, 5, 6, 7]) void batcher.do(item)
  await turns()
  t.same(
    begun.map(({ items }) => items),
    [[1], [2]],
  )
  begun[1]?.end()
  await turns()
  t.same(begun[2]?.items, [3, 4, 5])
  begun[0]?.end()
  await turns()
  t.same(begun[3]?.items, [6, 7])
})

t.test('a batch that fails does so for each of its items, and for no other', async t => {
  const { begun, batcher } = batches({ maxBatchSize: 2 })
  const all = [1, 2, 3].map(item => batcher.do(item))
  await turns()
  const failed = all.slice(0, 2).map(one => t.rejects(one, { message: 'no' }))
  begun[0]?.fail(new Error('no'))
  await Promise.all(failed)
  await turns()
  t.same(begun[1]?.items, [3])
  begun[1]?.end()
  t.equal(await all[2], 'done 3')
})

t.test('waiting items fail with a batch if they would fail in the same way, else not', async t => {
  const { begun, batcher } = batches({ failsAll: error => (error as Error).message === 'away' })
  const first = batcher.do(1)
  await turns()
  const second = batcher.do(2)
  begun[0]?.fail(new Error('bad'))
  await t.rejects(first, { message: 'bad' })
  await turns()
  t.same(begun[1]?.items, [2])
  const third = batcher.do(3)
  begun[1]?.fail(new Error('away'))
  await t.rejects(second, { message: 'away' })
  await t.rejects(third, { message: 'away' })
  const fourth = batcher.do(4)
  await turns()
  t.same(begun[2]?.items, [4])
  begun[2]?.end()
  t.equal(await fourth, 'done 4')
})
