import t from 'tap'
import { excerptOf, fold } from '../../src/library/fold.ts'

t.test('text is the same however it was typed', async t => {
  t.equal(fold('생기부'.normalize('NFD')), fold('생기부'))
  t.equal(fold('  Straße\n\t끝 '), fold('STRASSE 끝'))
  t.equal(fold('ΟΔΟΣ'), fold('οδος'))
  t.not(fold('생기부'), fold('생기 부'))
})

t.test('an excerpt is the text as it was written, cut around the place', async t => {
  t.same(excerptOf('가나 Straße 다라', fold('strasse')), { before: '가나 ', match: 'Straße', after: ' 다라' })
  t.same(excerptOf('😀😀 Ａ b', fold('B')), { before: '😀😀 Ａ ', match: 'b', after: '' })
  const long = `${'가'.repeat(50)}찾음${'나'.repeat(50)}`
  t.same(excerptOf(long, fold('찾음')), {
    before: `…${'가'.repeat(40)}`,
    match: '찾음',
    after: `${'나'.repeat(40)}…`,
  })
  t.equal(excerptOf('가나다', fold('다라')), undefined)
  t.same(excerptOf('가\n\n나', fold('가 나')), { before: '', match: '가 나', after: '' })
})
