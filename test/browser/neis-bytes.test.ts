import t from 'tap'
import { neisBytes as pageBytes } from '../../public/records/text/neis-bytes.js'
import { neisBytes } from '../../src/kinds/records/bytes.ts'

t.test('the page counts bytes as the server does', async t => {
  const parts = [
    '가',
    '\u1100\u1161\u11a8',
    'a',
    ' ',
    '\n',
    '\r\n',
    '\r',
    'é',
    'e\u0301',
    '“',
    '·',
    '😀',
    '\ud83d',
    '\u2028',
    '\0',
  ]
  t.equal(pageBytes(''), 0)
  for (const first of parts) {
    for (const second of parts) {
      for (const third of parts) {
        const text = first + second + third
        if (pageBytes(text) !== neisBytes(text)) t.fail(JSON.stringify(text))
      }
    }
  }
  t.equal(pageBytes(parts.join('')), neisBytes(parts.join('')))
})
