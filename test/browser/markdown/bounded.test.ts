import t from 'tap'
import { textPieces } from '../../../public/markdown/bounded.js'

t.test(
  'a long text is cut after a sentence, else at a space, else between two characters, and never changed',
  async t => {
    const sentence = '신호 시간을 조정하는 모형을 만들었습니다. '
    for (const text of [
      sentence.repeat(500),
      '낱말 '.repeat(3000),
      '가'.repeat(9000),
      '😀'.repeat(5000),
      `a${'😀'.repeat(5000)}`,
      '',
      '짧은 글',
    ]) {
      const pieces = textPieces(text)
      t.equal(pieces.join(''), text)
      t.ok(pieces.every(piece => piece.length <= 2000))
      t.notOk(
        pieces.some(piece => /^[\udc00-\udfff]|[\ud800-\udbff]$/.test(piece)),
        'no character is cut',
      )
    }
    t.ok(
      textPieces(sentence.repeat(500))
        .slice(0, -1)
        .every(piece => piece.endsWith('. ')),
    )
    t.ok(
      textPieces('낱말 '.repeat(3000))
        .slice(0, -1)
        .every(piece => piece.endsWith(' ')),
    )
  },
)

t.test('what has come is cut where it was cut before, however much is added', async t => {
  const text = '신호 시간을 조정하는 모형을 만들었습니다. '.repeat(300)
  const whole = textPieces(text)
  for (let length = 0; length < text.length; length += 97) {
    const pieces = textPieces(text.slice(0, length))
    t.same(pieces.slice(0, -1), whole.slice(0, pieces.length - 1))
  }
})
