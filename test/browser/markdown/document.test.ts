import t from 'tap'
import { answers } from './answers.ts'
import { newDocument, seen, sketch } from './drawn.ts'

t.test('a text gives the same trees in whatever pieces it comes', async t => {
  for (const answer of answers) {
    const whole = newDocument()
    whole.append(answer)
    whole.end()
    const expected = whole.blocks().map(({ nodes }) => sketch(nodes))
    for (const size of [1, 2, 3, 7, 50]) {
      const document = newDocument()
      for (let at = 0; at < answer.length; at += size) {
        document.append(answer.slice(at, at + size))
        document.blocks()
      }
      document.end()
      t.same(
        document.blocks().map(({ nodes }) => sketch(nodes)),
        expected,
        `${size} at a time: ${answer.slice(0, 30)}`,
      )
    }
  }
})

t.test('a closed block stays the same object, and only the last blocks are parsed again', async t => {
  for (const answer of answers) {
    const document = newDocument()
    let before = document.blocks()
    for (const character of answer) {
      document.append(character)
      const now = document.blocks()
      const same = now.filter((block, index) => block === before[index]).length
      // Of what was shown, at most the last line's blocks and the one before it are open.
      if (same < before.length - 3) t.fail(`${before.length - same} blocks were drawn again`)
      for (const [index, { key }] of now.entries()) if (key !== index) t.fail('keys are places')
      before = now
    }
    t.pass(answer.slice(0, 30))
  }
})

t.test('an address that comes at the end reaches the blocks that have its label, and no other', async t => {
  const document = newDocument()
  document.append('[가][r] 나\n\n다른 문단\n\n[다] 라\n\n')
  const before = document.blocks()
  document.append('[r]: https://r.example/\n[다]: https://d.example/\n\n끝\n\n끝')
  const after = document.blocks()
  t.equal(sketch(after[0]?.nodes ?? []), '<p><link=https://r.example/>가</> 나</>')
  t.equal(sketch(after[2]?.nodes ?? []), '<p><link=https://d.example/>다</> 라</>')
  t.equal(after[1], before[1])
})

t.test('a line without an end is closed in parts, so that what is parsed again stays short', async t => {
  const document = newDocument()
  const sentence = '이 문장은 **굵은** 말과 `코드`가 있고 끝이 없습니다. '
  for (let at = 0; at < 2000; at++) document.append(sentence)
  const blocks = document.blocks()
  t.ok(blocks.length > 8)
  for (const { source } of blocks) t.ok(source.length <= 9000, `${source.length}`)
  document.end()
  const words = seen(document.blocks().flatMap(({ nodes }) => nodes))
  t.equal(words.replaceAll(/[\s\u2060]/g, ''), sentence.replaceAll(/\*\*|`코드`|\s/g, '').repeat(2000))
})

t.test('numbers of notes are by their references', async t => {
  const document = newDocument()
  t.same(
    ['b', 'a', 'b', 'c'].map(label => document.numberOf(label)),
    [1, 2, 1, 3],
  )
})
