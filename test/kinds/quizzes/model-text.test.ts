import t from 'tap'
import { folded, modelText } from '../../../src/kinds/quizzes/model-text.ts'

t.test('characters that can be neither stored nor sent are replaced', t => {
  t.equal(modelText(' a\0b \ud83d\n'), 'a\uFFFDb \uFFFD')
  t.equal(modelText('😀'), '😀')
  t.end()
})

t.test('a text with nothing to read is blank', t => {
  for (const blank of [
    '',
    ' \t\n\u00a0\u3000',
    '\u200b',
    '\0',
    '\u2060\ufeff',
    '\ud83d',
    null,
    7,
    ['a'],
    {},
    undefined,
  ])
    t.equal(modelText(blank), '', JSON.stringify(blank))
  t.end()
})

t.test('composition, case and white space make no difference, anything else does', t => {
  t.equal(folded('  서울\n 특별시 A'.normalize('NFD')), folded('서울 특별시 a'))
  t.not(folded('서울특별시'), folded('서울 특별시'))
  t.not(folded('서울?'), folded('서울'))
  t.end()
})
