import t from 'tap'
import { compose, decompose, finalOf, withFinal, withParticle } from '../../src/demo-model/hangul.ts'

t.test('every syllable is taken apart and put together again', async t => {
  for (let code = 0xac00; code <= 0xd7a3; code++) {
    const character = String.fromCharCode(code)
    const syllable = decompose(character)
    if (syllable === undefined || compose(syllable) !== character) t.fail(`${character} is lost`)
    if (syllable?.final === '' && character.normalize('NFD').length !== 2) t.fail(`${character} is not open`)
  }
  t.same(decompose('한'), { onset: 'ㅎ', vowel: 'ㅏ', final: 'ㄴ' })
})

t.test('a character other than a syllable has no parts', async t => {
  for (const text of ['', 'a', 'ㄱ', '\u1100', '漢', '😀']) t.equal(decompose(text), undefined)
  t.equal(finalOf('PPT'), undefined)
  t.equal(finalOf(''), undefined)
})

t.test('the final consonant of a word can be read and changed', async t => {
  t.equal(finalOf('발표'), '')
  t.equal(finalOf('만듦'), 'ㄻ')
  t.equal(withFinal('발표하', 'ㅁ'), '발표함')
  t.equal(withFinal('만듦', 'ㄴ'), '만든')
  t.throws(() => withFinal('PPT', 'ㅁ'), RangeError)
})

t.test('a particle takes the form that fits', async t => {
  t.equal(withParticle('책', ['을', '를']), '책을')
  t.equal(withParticle('포스터', ['을', '를']), '포스터를')
  t.equal(withParticle('PPT', ['을', '를']), 'PPT를')
})
