import t from 'tap'
import { plainText } from '../../../public/records/text/plain-text.js'

t.test('a long run of blanks or marks is read once', async t => {
  // Of work that grows with the square of this length the test would see no end.
  const length = 1_000_000
  for (const run of [' ', '\t', ' \n', '*', '_', '`']) {
    const text = `**가**${run.repeat(length / run.length)}나`
    t.ok(plainText(text).endsWith('나'), JSON.stringify(run))
    t.ok(plainText(text, { open: true }).endsWith('나'), `${JSON.stringify(run)}, open`)
  }
})

t.test('marks that are all there is stay', async t => {
  for (const text of ['---', '```\n```', '**', '#']) t.not(plainText(text), '', text)
})

t.test('marks of Markdown are taken out, and the words stay', async t => {
  for (const [text, plain] of [
    ['**굵게**는 *기울임*과 ~~지움~~, `코드`', '굵게는 기울임과 지움, 코드'],
    ['***둘 다*** __밑줄__ _기울임_은', '둘 다 밑줄 기울임은'],
    ['**강조(설명)**은', '강조(설명)은'],
    ['## 제목\n\n본문 **강조** 끝', '제목\n\n본문 강조 끝'],
    ['- 하나\n* 둘\n+ 셋\n- [x] 넷', '하나\n둘\n셋\n넷'],
    ['1. 하나\n2. 둘\n\n3) 셋', '하나\n둘\n\n셋'],
    ['> 인용', '인용'],
    ['```\n코드\n```', '코드'],
    ['앞\n\n---\n\n뒤', '앞\n\n뒤'],
    ['| 이름 | 점수 |\n|---|---|\n| 가 | 1 |', '이름, 점수\n가, 1'],
    ['[자료](https://a.example/b) ![그림](https://a.example/c.png)', '자료 그림'],
    ['별표 \\*는 그대로', '별표 *는 그대로'],
  ] as const)
    t.equal(plainText(text), plain, text)
})

t.test('what a sentence may hold stays, to the last space', async t => {
  for (const text of [
    '3*4*5와 a*b',
    '*표시는 참고',
    '2 * 3 = 6, 2 ** 3 = 8',
    '#1 순위 #해시',
    '1. 하나만 있는 줄',
    '2024. 3. 1. 행사에 참여함.\n3. 1. 절',
    '5) 다섯',
    'snake_case_name과 __init__',
    '[참고](별첨 1)을 봄',
    '10~20분, 3~4회',
    '-5도에서 - 그리고 -',
    'a | b',
    '  앞뒤 공백  ',
    '가\n\n\n\n나',
    '',
    '\u0000\ud800**',
  ])
    t.equal(plainText(text), text, JSON.stringify(text))
})

t.test('of a text that goes on, the marks at its end are left out, too', async t => {
  for (const [text, plain] of [
    ['글 **굵', '글 굵'],
    ['글 **', '글'],
    ['글\n##', '글'],
    ['글\n- ', '글'],
    ['글 `', '글'],
    ['글 3*4', '글 3*4'],
  ] as const)
    t.equal(plainText(text, { open: true }), plain, text)
})

t.test('what is plain is so already', async t => {
  for (const text of ['**굵게**는', '## 제목\n- 하나', '1. 가\n2. 나'])
    t.equal(plainText(plainText(text)), plainText(text))
})
