import t from 'tap'
import { BlindIndex, maxTokens } from '../../src/library/blind-index.ts'
import { fold } from '../../src/library/fold.ts'

const index = new BlindIndex(Buffer.alloc(32, 1))
const text = '학교생활기록부의 생기부 항목을 고쳤다. Node.js 와 책 한 권\n을 읽음 😀끝'

const has = (tokens: readonly number[] | null, wanted: readonly number[]) =>
  tokens !== null && wanted.every(token => tokens.includes(token))

t.test('every part of a text has tokens that the text has', async t => {
  const tokens = index.tokensOf('owner', [text])
  const characters = Array.from(fold(text))
  for (let start = 0; start < characters.length; start++) {
    for (let end = start + 1; end <= characters.length; end++) {
      const part = fold(characters.slice(start, end).join(''))
      if (part !== '' && !has(tokens, index.tokensFor('owner', part))) t.fail(part)
    }
  }
  t.ok(has(tokens, index.tokensFor('owner', fold('생기부'.normalize('NFD')))))
})

t.test('other words have other tokens', async t => {
  const tokens = index.tokensOf('owner', [text])
  for (const other of ['생활부록', '항목은', 'nodes', '읽을', '의생']) {
    t.notOk(has(tokens, index.tokensFor('owner', fold(other))), other)
  }
  t.notOk(has(tokens, index.tokensFor('owner', fold('와 펜 한'))), 'a word of one character between two others')
})

t.test('the tokens of two owners, or under two secrets, have nothing in common', async t => {
  const mine = index.tokensOf('owner', [text]) ?? []
  const others = index.tokensOf('other', [text]) ?? []
  const elsewhere = new BlindIndex(Buffer.alloc(32, 2)).tokensOf('owner', [text]) ?? []
  t.ok(mine.length > 20)
  for (const tokens of [others, elsewhere]) t.ok(mine.filter(token => tokens.includes(token)).length < 2)
})

t.test('tokens show neither order nor number', async t => {
  t.same(index.tokensOf('owner', ['가나 다라 가나']), index.tokensOf('owner', ['다라', '가나']))
})

t.test('single characters need no tokens: they may stand in a longer word', async t => {
  t.same(index.tokensFor('owner', fold('책')), [])
  t.same(index.tokensFor('owner', fold('a 책')), [])
})

t.test('a text with too many tokens is not indexed', async t => {
  const many = Array.from({ length: maxTokens + 1 }, (_, at) => `가${String.fromCodePoint(0x4e00 + at)}`)
  t.equal(index.tokensOf('owner', many), null)
  t.ok((index.tokensOf('owner', many.slice(0, maxTokens))?.length ?? 0) > maxTokens * 0.98)
})
