import t from 'tap'
import { mend } from '../../../public/markdown/mend.js'
import { answers } from './answers.ts'
import { newDocument, seen } from './drawn.ts'

t.test('no mark that decides is ever painted outside code, at any length of a text', async t => {
  const marks = /\*\*|``|\]\(|\|[ :]*-|~~|^#{1,6}( |$)|\[\^|!\[|\$\$|^ *> /m
  for (const answer of answers) {
    const document = newDocument()
    for (let at = 0; at < answer.length; at++) {
      document.append(answer.charAt(at))
      const words = seen(document.blocks().flatMap(({ nodes }) => nodes))
      const [mark] = marks.exec(words) ?? []
      if (mark) t.fail(`${JSON.stringify(mark)} after ${JSON.stringify(answer.slice(Math.max(0, at - 30), at + 1))}`)
    }
    t.pass(answer.slice(0, 30))
  }
})

t.test('at most the last line waits, and after a pause only marks do', async t => {
  for (const answer of answers) {
    const document = newDocument()
    for (let at = 1; at <= answer.length; at++) {
      document.append(answer.charAt(at - 1))
      const shown = seen(document.blocks({ holding: false }).flatMap(({ nodes }) => nodes))
      // What was written before the last line is there: its last word, unless that is a mark.
      const lines = answer.slice(0, at).split('\n')
      const [word] = /[가-힣]{2,}(?=[^가-힣]*$)/.exec(lines.at(-2) ?? '') ?? []
      if (word && !/\$|`|\[|javascript/.test(lines.at(-2) ?? '') && !inCode(lines)) {
        if (!shown.includes(word))
          t.fail(`${word} waits after ${JSON.stringify(answer.slice(Math.max(0, at - 40), at))}`)
      }
    }
    t.pass(answer.slice(0, 30))
  }
})

const inCode = (lines: readonly string[]) => lines.filter(line => /^\s*(```|~~~)/.test(line)).length % 2 === 1

t.test('an open mark is completed, one without words is left out', async t => {
  for (const [text, mended] of [
    ['글 **굵', '글 **굵**'],
    ['글 **', '글 '],
    ['글 **굵*', '글 **굵**'],
    ['글 **굵게 ', '글 **굵게**'],
    ['글 `co', '글 `co`'],
    ['글 `', '글 '],
    ['글 *기', '글 *기*'],
    ['글 ~~지', '글 ~~지~~'],
    ['[말](https://a', '말'],
    ['[말', '말'],
    ['![그림](https://a', '그림'],
    ['글[^1', '글'],
    ['**굵게 `co', '**굵게 `co`**'],
    ['글 $x^2', '글 `x^2`'],
    ['값 $5', '값 $5'],
    ['2 * 3', '2 * 3'],
    ['snake_ca', 'snake_ca'],
    ['글 <https://a', '글 https://a'],
    ['글<b', '글'],
    ['글\n##', '글\n'],
    ['글\n``', '글\n'],
    ['글\n---', '글\n'],
    ['글\n12', '글\n'],
    ['| 가 | 나', '| 가 | 나\n|---|---|\n'],
    ['| 가 | 나 |\n|--', '| 가 | 나 |\n|---|---|\n'],
  ] as const)
    t.equal(mend(text, { holding: true }), mended, JSON.stringify(text))
})

t.test('what may be a word waits only for a moment', async t => {
  for (const [text, later] of [
    ['글\n12', '글\n12'],
    ['[참고]', '[참고]'],
  ] as const) {
    t.not(mend(text, { holding: true }), later)
    t.equal(mend(text, { holding: false }), later)
  }
})

t.test('code and formulas that are open stay as they are, but for what may close them', async t => {
  t.equal(mend('```js\n**a', { holding: true, inCode: true }), '```js\n**a')
  t.equal(mend('```js\na\n``', { holding: true, inCode: true }), '```js\na\n')
  t.equal(mend('$$\na_1 **', { holding: true, inFormula: true }), '$$\na_1 **')
})
