import t from 'tap'
import { neisBytes } from '../../../src/kinds/records/bytes.ts'

const sizes: [name: string, text: string, bytes: number][] = [
  ['nothing is 0', '', 0],
  ['ASCII is 1, blanks and tabs included', 'a1 \t~', 5],
  ['Hangul is 3', '함께함', 9],
  ['a sentence mixes both', '수업에 3번 참여함.', 9 + 1 + 4 + 1 + 9 + 1],
  ['curly quotes, middle dots and accents are 3 each', '‘’·é', 12],
  ['a line break is 1', '가\n나', 7],
  ['CRLF is one line break', '가\r\n나', 7],
  ['a lone CR is a line break', '가\r나\r', 8],
  ['two CRLF are two line breaks', '\r\n\r\n', 2],
  ['LF before CR are two line breaks', '\n\r', 2],
  ['an emoji counts 4, the safe side', '😀', 4],
  ['each code point of a joined emoji counts', '👨‍👩‍👧', 4 + 3 + 4 + 3 + 4],
  ['a lone surrogate counts 3 and does not throw', '\ud800a\udc00', 7],
]

for (const [name, text, bytes] of sizes) {
  t.test(name, async t => {
    t.equal(neisBytes(text), bytes)
  })
}

t.test('decomposed Hangul counts as the syllables it shows', async t => {
  const text = '각 모둠'
  t.equal(text.normalize('NFD').length, 3 + 1 + 2 + 3)
  t.equal(neisBytes(text.normalize('NFD')), neisBytes(text))
})
