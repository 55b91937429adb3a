import t from 'tap'
import { assess } from '../../../src/kinds/records/assess.ts'

t.test('a text of exactly the limit fits, one byte more does not', async t => {
  t.match(assess('가'.repeat(500), 'subject', undefined), { bytes: 1500, limit: 1500, overBy: 0, marks: [] })
  t.match(assess(`${'가'.repeat(500)}.`, 'subject', undefined), { bytes: 1501, limit: 1500, overBy: 1 })
})

t.test('the target counts if it is smaller than the limit of the category, and only then', async t => {
  t.match(assess('가'.repeat(301), 'behaviour', 900), { limit: 900, overBy: 3 })
  t.match(assess('가'.repeat(501), 'behaviour', 9000), { limit: 1500, overBy: 3 })
  t.match(assess('가'.repeat(501), 'career', undefined), { limit: 2100, overBy: 0 })
})

t.test('a text has the length that NEIS counts, however it was typed', async t => {
  const text = '각오를 다짐함.\n끝.'
  t.equal(assess(text, 'club', undefined).bytes, 7 * 3 + 1 + 1 + 2 + 1)
  for (const same of [text.normalize('NFD'), text.replace('\n', '\r\n')])
    t.equal(assess(same, 'club', undefined).bytes, assess(text, 'club', undefined).bytes)
})

t.test('forbidden passages are flagged where they stand', async t => {
  const text = '교내 발표 뒤 토익 점수를 말함.'
  const { marks } = assess(text, 'subject', undefined)
  t.match(marks, [{ text: '토익', start: 8, end: 10, reason: 'language-test' }])
})

t.test('an empty text has no bytes', async t => {
  t.match(assess('', 'subject', undefined), { bytes: 0, overBy: 0, marks: [] })
})
