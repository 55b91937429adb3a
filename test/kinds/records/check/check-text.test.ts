import t from 'tap'
import type { Category, SchoolLevel } from '../../../../src/kinds/records/category.ts'
import { checkText } from '../../../../src/kinds/records/check/check-text.ts'
import { rules } from '../../../../src/kinds/records/check/rules.ts'
import { newestGuide } from '../../../../src/kinds/records/limits.ts'

const part = (category: Category, schoolYear = 2026, schoolLevel: SchoolLevel = 'high') => ({
  category,
  schoolLevel,
  schoolYear,
})
const size = (text: string, of: Parameters<typeof checkText>[1], targetBytes?: number) => {
  const { bytes, limit, overBy } = checkText(text, of, { targetBytes })
  return { bytes, limit, overBy }
}

t.test('a text of exactly the limit fits, one byte more does not', async t => {
  t.same(size('가'.repeat(500), part('subject')), { bytes: 1500, limit: 1500, overBy: 0 })
  t.same(size(`${'가'.repeat(500)}.`, part('subject')), { bytes: 1501, limit: 1500, overBy: 1 })
})

t.test('the target counts if it is smaller than the limit of the part, and only then', async t => {
  t.match(size('가'.repeat(301), part('subject'), 900), { limit: 900, overBy: 3 })
  t.match(size('가'.repeat(501), part('subject'), 9000), { limit: 1500, overBy: 3 })
})

t.test('the school year chooses the limit, and a record without one has that of before', async t => {
  const text = '가'.repeat(501)
  t.match(size(text, part('behaviour', 2025)), { limit: 1500, overBy: 3 })
  t.match(size(text, part('behaviour', 2026)), { limit: 900, overBy: 603 })
  t.match(size(text, { category: 'career' }), { limit: 2100, overBy: 0 })
})

t.test('without a limit nothing is over it, but the target of the teacher counts', async t => {
  const long = '가'.repeat(6000)
  t.same(size(long, part('subject', 2026, 'elementary')), { bytes: 18_000, limit: null, overBy: 0 })
  t.match(size(long, part('subject', 2026, 'elementary'), 9000), { limit: 9000, overBy: 9000 })
  t.match(size(long, undefined), { limit: null, overBy: 0 })
})

t.test('a text has the length that NEIS counts, however it was typed', async t => {
  const text = '각오를 다짐함.\n끝.'
  t.equal(size(text, part('club')).bytes, 7 * 3 + 1 + 1 + 1 + 1)
  for (const same of [text.normalize('NFD'), text.replace('\n', '\r\n')])
    t.equal(size(same, part('club')).bytes, size(text, part('club')).bytes)
})

t.test('without observations there is no ground, and without form no form', async t => {
  const text = '토익 900점을 받았다'
  const kinds = (options: Parameters<typeof checkText>[2]) =>
    [...new Set(checkText(text, part('club'), options).findings.map(({ kind }) => kind))].sort()
  t.same(kinds({}), ['ban', 'form'])
  t.same(kinds({ form: 'none' }), ['ban'])
  t.same(kinds({ observations: '발표함.' }), ['ban', 'form', 'ground'])
  t.same(checkText(text, part('club')).sentences, [])
  t.equal(checkText(text, part('club'), { observations: '발표함.' }).sentences.length, 1)
})

t.test('an empty text has no bytes and nothing to look at', async t => {
  t.match(checkText('', part('subject'), { observations: '봄.' }), { bytes: 0, overBy: 0, findings: [], sentences: [] })
  t.same(checkText(' \n ', part('subject'), { form: 'none' }).findings, [])
})

t.test('every rule has a source, says whether it is quoted, and what to do in both languages', async t => {
  for (const [id, { kind, source, page, verified, since, message }] of Object.entries(rules)) {
    t.ok(source && message.ko && message.en, id)
    t.equal(since, newestGuide)
    t.equal(verified, page === null ? 'reported' : 'quoted')
    if (kind === 'form') t.equal(verified, 'reported', 'no official text says how to write')
  }
})
