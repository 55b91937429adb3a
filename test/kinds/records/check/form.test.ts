import t from 'tap'
import { checkText } from '../../../../src/kinds/records/check/check-text.ts'

const part = { category: 'subject', schoolLevel: 'high', schoolYear: 2026 } as const
const found = (text: string) =>
  checkText(text, part)
    .findings.filter(({ kind }) => kind === 'form')
    .map(({ rule, text, replacement }) => [rule, text, replacement])

const cases: [name: string, text: string, findings: [rule: string, text: string, replacement?: string][]][] = [
  ['a record as it should be', '토론에서 근거를 들어 말함. 질문에 차분히 답하며 생각을 넓힘.', []],
  ['what NEIS takes', '자료(12.5%, 3-4월)를 \'그래프\'와 "표"로 나타냄. 물리학Ⅰ과 수·과학을 이음.', []],
  ['a sentence that is none in nominal form', '토론에서 말했다.', [['nominal-ending', '말했다', '말함']]],
  ['one that cannot be mended by its sound', '모형을 만들었다.', [['nominal-ending', '만들었다', undefined]]],
  ['the past', '토론에서 말했음.', [['past-tense', '말했음', '말함']]],
  ['a missing full stop', '토론에서 말함', [['full-stop', '함', '함.']]],
  ['a line break', '토론에서 말함.\n글을 씀.', [['line-break', '\n', ' ']]],
  ['line breaks at the end', '글을 씀.\r\n\n', [['line-break', '\r\n\n', '']]],
  [
    'curly quotes',
    '‘나무’를 읽음.',
    [
      ['character', '‘', "'"],
      ['character', '’', "'"],
    ],
  ],
  [
    'book marks',
    '『나무』를 읽음.',
    [
      ['character', '『', '"'],
      ['character', '』', '"'],
    ],
  ],
  ['an emoji', '글을 씀😀.', [['character', '😀', undefined]]],
  ['the student as the subject', '이 학생은 글을 씀.', [['student-name-subject', '이 학생은 ', '']]],
  ['a name with circles', '김○○은 글을 씀.', [['student-name-subject', '김○○은', undefined]]],
  [
    'superlatives',
    '가장 먼저 손을 들고 항상 답함.',
    [
      ['superlative', '가장', undefined],
      ['superlative', '항상', undefined],
    ],
  ],
  ['the head of a family, which is no superlative', '가장의 실직을 다룬 글을 읽음.', []],
  ['certainty', '반드시 훌륭한 학자가 될 것임.', [['certainty', '될 것임', undefined]]],
  ['a plan, which is none', '내년에 더 배울 것임을 밝힘.', []],
  ['home', '집에서 책을 읽음.', [['home', '집에서', undefined]]],
  ['other students', '다른 학생은 물론 스스로도 놀람. 대학생은 아님.', []],
]
for (const [name, text, findings] of cases)
  t.test(name, async t => {
    t.same(
      found(text),
      findings.map(([rule, text, replacement]) => [rule, text, replacement]),
    )
  })

t.test('form is never forbidden', async t => {
  for (const [, text] of cases)
    for (const { kind, strength } of checkText(text, part).findings) if (kind === 'form') t.equal(strength, 'check')
})
