import t from 'tap'
import { recordBound } from '../../../src/kinds/records/bound.ts'
import { limitFor, partsOf } from '../../../src/kinds/records/limits.ts'

t.test('four times the smaller of target and limit, in NEIS bytes', async t => {
  t.equal(recordBound({ category: 'subject' }).limit, 6_000)
  t.equal(recordBound({ category: 'subject', targetBytes: 500 }).limit, 2_000)
  t.equal(recordBound({ category: 'subject', targetBytes: 9_000 }).limit, 6_000)
  for (const category of partsOf('high'))
    t.equal(recordBound({ category }).limit, 4 * Number(limitFor({ category }).bytes))
  t.equal(recordBound({ category: 'behaviour', schoolLevel: 'high', schoolYear: 2026 }).limit, 3_600)
  t.equal(recordBound({ category: 'subject' }).size?.('가a\n'), 5)
})

t.test('without a limit, four times what is usual, or the target', async t => {
  t.equal(recordBound({ category: 'career', schoolLevel: 'elementary' }).limit, 6_000)
  t.equal(recordBound({ category: 'career', schoolLevel: 'elementary', targetBytes: 9_000 }).limit, 36_000)
})

t.test('the provider may write as many tokens as bytes, and think besides', async t => {
  const { limit, maxOutputTokens } = recordBound({ category: 'subject' })
  t.ok(maxOutputTokens >= limit + 10_000)
})
