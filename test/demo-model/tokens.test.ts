import t from 'tap'
import { tokensOf } from '../../src/demo-model/tokens.ts'

const texts = [
  '',
  '수업 시간에 발표함.',
  '  앞뒤 공백  ',
  'Hello, tokenizer 2026!',
  '줄\n바꿈\r\n둘',
  '👨‍👩‍👧 이모지😀',
  '각'.normalize('NFD'),
  'é̂가',
]

t.test('the tokens of a text are the text, and none is empty', async t => {
  for (const text of texts) {
    const tokens = tokensOf(text)
    t.equal(tokens.join(''), text)
    t.notOk(tokens.includes(''))
  }
})

t.test('no character is split', async t => {
  for (const text of texts) t.ok(tokensOf(text).every(token => token.isWellFormed()))
})

t.test('a token has one to three letters, and starts with the blank before it', async t => {
  const tokens = tokensOf('모둠 활동에서 조용한 친구의 의견을 먼저 물어봄.')
  for (const token of tokens) t.match(token, /^ ?[가-힣]{1,3}$|^\.$/)
  t.ok(tokens.length > 8)
})
