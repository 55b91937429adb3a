import t from 'tap'
import { checkText } from '../../../../src/kinds/records/check/check-text.ts'
import { maxFindings } from '../../../../src/kinds/records/check/finding.ts'

const part = { category: 'subject', schoolLevel: 'high', schoolYear: 2026 } as const

/** Near misses and hits, of which a text can consist. */
const pieces = [
  ...[
    '가',
    ' ',
    '.',
    '. ',
    '가. ',
    '"',
    "'",
    '"가',
    '1',
    '1,',
    '1.',
    'a',
    'a1',
    'G-TEL',
    '상',
    '금상을 ',
    '상을 받',
    '대회',
    '교내 ',
    '전국 ',
  ],
  ...[
    '논문',
    '논문을 ',
    '논문을 작성함. ',
    '특허',
    '특허 등록 ',
    '아버지가 ',
    '아버지의 회사 ',
    '의사인 ',
    '국립',
    '국립박물관',
    '유학',
    '해외 ',
    '필리핀 ',
  ],
  ...[
    '서울대',
    '서울대학교',
    '고등학교',
    '김민수 교수',
    '교수',
    '작가의 ',
    '토플러',
    '토익',
    'HSK',
    '엑셀로 ',
    '파워포인트',
    '○',
    '학생은 ',
    '가장 ',
    '될 것임',
  ],
  ...[
    '했음. ',
    '했다',
    '하나 ',
    '열 ',
    '두 번 ',
    '방과 후 ',
    '한자급수자격',
    '상공회의소한자시',
    '모의 ',
    '\n',
    '\r\n',
    '\u0000',
    '😀',
    '\ud800',
    '각'.normalize('NFD'),
  ],
]
const lengthOf = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
const short = 2_500
const long = 10_000

t.test('the work grows as the text does, whatever it consists of', async t => {
  let most = 0
  for (const piece of pieces) {
    const stepsOf = (length: number) => {
      const work = { steps: 0 }
      const text = lengthOf(piece, length)
      checkText(text, part, { observations: text, keywords: [lengthOf(piece, 50)], work })
      return work.steps
    }
    const [few, many] = [stepsOf(short), stepsOf(long)]
    if (many > 4.4 * few + 2_000) t.fail(`${JSON.stringify(piece)}: ${few} steps of ${short}, ${many} of ${long}`)
    most = Math.max(most, many / long)
  }
  t.ok(most < 1_000, `at most ${Math.round(most)} steps for each unit`)
})

t.test('what it finds is bounded, too', async t => {
  for (const piece of pieces) {
    const text = lengthOf(piece, 20_000)
    const { findings, sentences } = checkText(text, part, { observations: text })
    t.ok(findings.length <= 4 * maxFindings, JSON.stringify(piece))
    t.ok(sentences.length <= 300)
  }
})
