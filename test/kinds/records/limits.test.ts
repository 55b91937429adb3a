import t from 'tap'
import { neisBytes } from '../../../src/kinds/records/bytes.ts'
import { type Category, categories, categoryNames } from '../../../src/kinds/records/category.ts'
import { limitFor, limits } from '../../../src/kinds/records/limits.ts'

t.test('every category has its limit and its names', async t => {
  const bytes = Object.fromEntries(categories.map(category => [category, limitFor(category).bytes]))
  t.same(bytes, { subject: 1500, individual: 1500, behaviour: 1500, autonomy: 1500, club: 1500, career: 2100 })
  for (const category of categories) t.ok(categoryNames[category].ko && categoryNames[category].en)
})

t.test('the bytes of every row are those of its characters in Hangul', async t => {
  for (const row of limits) t.equal(row.bytes, neisBytes('가'.repeat(row.characters)), row.category)
})

t.test('limits that differ by cohort are further rows, which are not used', async t => {
  t.same(
    limits.filter(row => row !== limitFor(row.category)).map(row => [row.category, row.bytes]),
    [
      ['individual', 900],
      ['behaviour', 900],
      ['career', 1500],
    ],
  )
})

t.test('every row says since when, for whom and from where, and that no one has verified it', async t => {
  for (const row of limits) {
    t.match(row, { since: /^20\d\d$/, verified: false })
    t.ok(row.source && row.appliesTo)
  }
})

t.test('an unknown category is a fault, not a missing limit', async t => {
  t.throws(() => limitFor('awards' as Category), RangeError)
})
