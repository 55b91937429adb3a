import t from 'tap'
import { assess } from '../../../src/kinds/records/assess.ts'
import type { Category, SchoolLevel } from '../../../src/kinds/records/category.ts'

const part = (category: Category, schoolYear = 2026, schoolLevel: SchoolLevel = 'high') => ({
  category,
  schoolLevel,
  schoolYear,
})

t.test('a text of exactly the limit fits, one byte more does not', async t => {
  t.match(assess('가'.repeat(500), part('subject'), undefined), { bytes: 1500, limit: 1500, overBy: 0, marks: [] })
  t.match(assess(`${'가'.repeat(500)}.`, part('subject'), undefined), { bytes: 1501, limit: 1500, overBy: 1 })
})

t.test('the target counts if it is smaller than the limit of the part, and only then', async t => {
  t.match(assess('가'.repeat(301), part('subject'), 900), { limit: 900, overBy: 3 })
  t.match(assess('가'.repeat(501), part('subject'), 9000), { limit: 1500, overBy: 3 })
})

t.test('the school year chooses the limit, and a record without one has that of before', async t => {
  const text = '가'.repeat(501)
  t.match(assess(text, part('behaviour', 2025), undefined), { limit: 1500, overBy: 3 })
  t.match(assess(text, part('behaviour', 2026), undefined), { limit: 900, overBy: 603 })
  t.match(assess(text, { category: 'career' }, undefined), { limit: 2100, overBy: 0 })
})

t.test('without a limit nothing is over it, but the target of the teacher counts', async t => {
  const long = '가'.repeat(6000)
  t.match(assess(long, part('subject', 2026, 'elementary'), undefined), { bytes: 18_000, limit: null, overBy: 0 })
  t.match(assess(long, part('subject', 2026, 'elementary'), 9000), { limit: 9000, overBy: 9000 })
  t.match(assess(long, undefined, undefined), { limit: null, overBy: 0 })
})

t.test('a text has the length that NEIS counts, however it was typed', async t => {
  const text = '각오를 다짐함.\n끝.'
  t.equal(assess(text, part('club'), undefined).bytes, 7 * 3 + 1 + 1 + 1 + 1)
  for (const same of [text.normalize('NFD'), text.replace('\n', '\r\n')])
    t.equal(assess(same, part('club'), undefined).bytes, assess(text, part('club'), undefined).bytes)
})

t.test('forbidden passages are flagged where they stand', async t => {
  const text = '교내 발표 뒤 토익 점수를 말함.'
  const { marks } = assess(text, part('subject'), undefined)
  t.match(marks, [{ text: '토익', start: 8, end: 10, reason: 'language-test' }])
})

t.test('an empty text has no bytes', async t => {
  t.match(assess('', part('subject'), undefined), { bytes: 0, overBy: 0, marks: [] })
})
