import t from 'tap'
import { inOrder, mended, withoutOverlap } from '../../public/records/text/finding-order.js'
import { checkText } from '../../src/kinds/records/check/check-text.ts'

const part = { category: 'subject', schoolLevel: 'high', schoolYear: 2026 } as const
const text = '체육대회에서 엑셀로 300점을 정리했음. 토익을 말함.'
const { findings } = checkText(text, part, { observations: '엑셀로 정리함. 토익을 말함.' })

t.test('forbidden first, then what to look at, then form: each finding once', async t => {
  const { forbidden, look, form } = inOrder(findings)
  t.same(
    [forbidden, look, form].map(some => some.map(({ rule }) => rule)),
    [['company-or-brand', 'language-test'], ['event', 'number'], ['past-tense']],
  )
  t.equal(forbidden.length + look.length + form.length, findings.length)
})

t.test('a text is mended in the place of the finding', async t => {
  const [finding] = inOrder(findings).forbidden
  if (!finding) throw new Error('a finding is expected')
  t.equal(mended(text, finding), '체육대회에서 표 계산 프로그램으로 300점을 정리했음. 토익을 말함.')
})

t.test('of findings that overlap the first is highlighted', async t => {
  const places = [
    { start: 0, end: 5 },
    { start: 3, end: 4 },
    { start: 5, end: 6 },
  ].map(place => ({ ...(findings[0] as (typeof findings)[number]), ...place }))
  t.same(
    withoutOverlap(places).map(({ start }) => start),
    [0, 5],
  )
})
