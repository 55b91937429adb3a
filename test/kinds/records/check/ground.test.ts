import t from 'tap'
import { checkText } from '../../../../src/kinds/records/check/check-text.ts'

const part = { category: 'subject', schoolLevel: 'high', schoolYear: 2026 } as const
const observations =
  '교통량 자료 1,500건으로 신호 시간을 조정하는 모형을 만듦. 세 번 발표함.\nGeoGebra로 그래프를 그림. 『이기적 유전자』를 읽음.'

function ground(text: string, more: { observations?: string; keywords?: string[] } = {}) {
  const { findings, sentences } = checkText(text, part, { observations, form: 'none', ...more })
  return {
    found: findings.filter(({ kind }) => kind === 'ground').map(({ rule, text }) => `${rule} ${text}`),
    sentences,
  }
}

const cases: [name: string, text: string, found: string[]][] = [
  ['a number that was noted, with or without its comma', '교통량 자료 1500건으로 신호 시간을 조정함.', []],
  ['a blank before the unit makes no other number', '교통량 자료 1,500 건으로 신호 시간을 조정함.', []],
  ['a number in words is the number', '신호 시간의 모형을 3번 고침.', []],
  ['the other way round', '신호 시간 모형을 세 차례 고침.', []],
  ['a number that was not noted', '교통량 자료 300건으로 신호 시간을 조정함.', ['number 300']],
  ['nor one in words', '신호 시간 모형을 다섯 번 고침.', ['number 다섯']],
  ['a percentage', '신호 시간을 12% 줄이는 모형을 제안함.', ['number 12']],
  ['a word that is a number elsewhere', '한편으로 열과 신호 시간 모형을 살핌.', []],
  ['a Latin word that was noted, in any case', 'geogebra로 그래프를 그림.', []],
  [
    'one that was not',
    'Python으로 바이올린을 켬. 교통량 신호.',
    ['no-ground Python으로 바이올린을 켬.', 'foreign-word Python'],
  ],
  ['a title that was noted, in other marks', '"이기적 유전자"를 읽고 교통량 모형을 만듦.', []],
  ['one that was not', '‘총균쇠’를 읽고 교통량 신호 모형을 만듦.', ['title ‘총균쇠’']],
  [
    'a sentence of which nothing was noted',
    '바이올린 연주에 몰두하여 감동을 줌.',
    ['no-ground 바이올린 연주에 몰두하여 감동을 줌.'],
  ],
  ['words of every record are no ground', '적극적인 태도로 수업에 참여하는 모습을 보임.', []],
]
for (const [name, text, found] of cases)
  t.test(name, async t => {
    t.same([...ground(text).found].sort(), [...found].sort())
  })

t.test('keywords are ground, too', async t => {
  t.same(ground('Python과 300을 살려 그래프 신호 모형을 그림.', { keywords: ['Python', '300'] }).found, [])
})

t.test(
  'a sentence says which sentences of the observations it leans on, those with most in common first chosen',
  async t => {
    const text = '교통량 자료로 신호 모형을 만듦. 바이올린 연주에 몰두함.'
    const { sentences } = ground(text)
    t.same(
      sentences.map(({ start, end }) => text.slice(start, end)),
      ['교통량 자료로 신호 모형을 만듦.', '바이올린 연주에 몰두함.'],
    )
    t.same(
      sentences[0]?.leansOn.map(({ start, end }) => observations.slice(start, end)),
      ['교통량 자료 1,500건으로 신호 시간을 조정하는 모형을 만듦.'],
    )
    t.same(sentences[1]?.leansOn, [])
  },
)

t.test('places are those of the texts as they were given, composed or not', async t => {
  const [text, notes] = ['교통량 자료로 신호 모형을 만듦. 300건.'.normalize('NFD'), observations.normalize('NFD')]
  const { findings, sentences } = checkText(text, part, { observations: notes, form: 'none' })
  t.ok(findings.some(({ start, end, text: passage }) => text.slice(start, end) === passage && passage === '300'))
  const [place] = sentences[0]?.leansOn ?? []
  t.equal(
    notes.slice(place?.start, place?.end).normalize('NFC'),
    '교통량 자료 1,500건으로 신호 시간을 조정하는 모형을 만듦.',
  )
})

t.test('at most three places, and as many sentences as a record can have', async t => {
  const notes = '교통량 신호를 조정함. '.repeat(50)
  const { sentences } = ground('교통량 신호를 조정함. '.repeat(400), { observations: notes })
  t.equal(sentences.length, 300)
  t.ok(sentences.every(({ leansOn }) => leansOn.length > 0 && leansOn.length <= 3))
})
