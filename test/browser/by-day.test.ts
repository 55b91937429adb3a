import t from 'tap'
import { byDay } from '../../public/reviews/by-day.js'

const item = (name: string, ...parts: [number, number, number, number, number]) => ({
  name,
  createdAt: new Date(...parts).toISOString(),
})
const names = (items: readonly ReturnType<typeof item>[]) => byDay(items).map(day => day.items.map(({ name }) => name))

t.test('items of one day are together, and a day ends at midnight', async t => {
  const items = [
    item('d', 2026, 2, 2, 0, 0),
    item('c', 2026, 2, 1, 23, 59),
    item('b', 2026, 2, 1, 0, 0),
    item('a', 2026, 1, 1, 0, 0),
  ]
  t.same(names(items), [['d'], ['c', 'b'], ['a']])
  t.equal(byDay(items)[1]?.createdAt, items[1]?.createdAt)
})

t.test('nothing makes no days', async t => {
  t.same(byDay([]), [])
})
