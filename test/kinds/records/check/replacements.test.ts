import t from 'tap'
import { checkText } from '../../../../src/kinds/records/check/check-text.ts'
import type { Finding } from '../../../../src/kinds/records/check/finding.ts'
import { agreeing } from '../../../../src/kinds/records/check/particles.ts'
import { readCorpus } from '../corpus/corpus.ts'

const part = { category: 'subject', schoolLevel: 'high', schoolYear: 2026 } as const
const check = (text: string) => checkText(text, part).findings

t.test('a tool is called what it is, and the particle after it agrees', async t => {
  for (const [text, mended] of [
    ['파워포인트로 설명함.', '발표 자료로 설명함.'],
    ['파워포인트를 만듦.', '발표 자료를 만듦.'],
    ['엑셀로 정리함.', '표 계산 프로그램으로 정리함.'],
    ['엑셀을 활용함.', '표 계산 프로그램을 활용함.'],
    ['챗GPT와 대화함.', '생성형 인공지능과 대화함.'],
    ['패들렛에 글을 씀.', '온라인 게시판에 글을 씀.'],
    ['Excel 파일을 만듦.', '표 계산 프로그램 파일을 만듦.'],
  ] as const) {
    const [finding] = check(text)
    t.equal(finding && applied(text, finding), mended)
  }
})

t.test('particles agree with the noun before them', async t => {
  t.equal(agreeing('로', '프로그램'), '으로')
  t.equal(agreeing('으로', '교실'), '로')
  t.equal(agreeing('를', '게시판'), '을')
  t.equal(agreeing('이', '자료'), '가')
  t.equal(agreeing('에서', '자료'), '에서')
  t.equal(agreeing('', '자료'), '')
})

t.test('whatever the text: with a replacement applied, its finding is gone and no other has come', async t => {
  const random = seeded(20261130)
  let tried = 0
  for (let round = 0; round < 400; round++) {
    const text = generated(random)
    const before = check(text)
    for (const finding of before) {
      if (finding.replacement === undefined) continue
      tried++
      const after = check(applied(text, finding))
      const came = comers(before, after, finding)
      if (came.length > 0)
        t.fail(JSON.stringify({ text, finding: finding.text, replacement: finding.replacement, came }))
    }
  }
  t.ok(tried > 800, `${tried} replacements were applied`)
})

t.test('one that would make another finding is not offered', async t => {
  t.match(check('모의 학생은 고사를 봄.'), [{ rule: 'student-name-subject', replacement: undefined }])
  t.match(check('토​익을 봄.'), [{ rule: 'character', replacement: undefined }])
})

function applied(text: string, { start, end, replacement }: Finding): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

/** What is found afterwards and was not before, the mended one included: counted by rule and passage, whatever the place. */
function comers(before: readonly Finding[], after: readonly Finding[], mended: Finding): string[] {
  const key = ({ rule, text }: Finding) => `${rule} ${text}`
  const had = new Map<string, number>()
  for (const finding of before) if (finding !== mended) had.set(key(finding), (had.get(key(finding)) ?? 0) + 1)
  return after.flatMap(finding => {
    const left = had.get(key(finding)) ?? 0
    had.set(key(finding), left - 1)
    // A finding around the mended one says the same of other words.
    const around = before.some(one => one.rule === finding.rule && one !== mended && overlaps(one, mended))
    return left > 0 || around ? [] : [key(finding)]
  })
}

function overlaps(a: Finding, b: Finding): boolean {
  return a.start < b.end && b.start < a.end
}

/** Sentences of the corpus, cut, joined and broken in the ways in which texts are. */
function generated(random: () => number): string {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  const pieces = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
    const words = pick(sentences).split(' ')
    if (random() < 0.6) words.splice(Math.floor(random() * words.length), 0, pick(oddities))
    const sentence = words.join(random() < 0.1 ? pick(['\n', '  ', '\t', '\u00a0']) : ' ')
    return random() < 0.4 ? sentence.replace(/[가-힣]+\.$/, pick(endings)) : sentence
  })
  return pieces.join(pick([' ', ' ', '\n', '\n\n', '']))
}

const sentences = [...readCorpus('found'), ...readCorpus('clean')].map(({ text }) => text)
const endings = [
  '했음.',
  '하였다.',
  '보였음',
  '배웠다.',
  '만들었음.',
  '됐다!',
  '한다',
  '함',
  '있다.',
  '읽었음.',
  '말함…',
  '함。',
]
const oddities = [
  ...[
    '학생은',
    '이 학생은',
    '엑셀로',
    '파워포인트',
    '챗GPT를',
    '유튜브에서',
    '포스트잇과',
    '‘나무’',
    '“숲”',
    '『책』',
    '—',
    '모의',
    '고사',
  ],
  ...['가장', '항상', '😀', '\u200b', '～', 'ㆍ', '（1）', '(2)', '3.5', '...', 'Excel이며', '토익', '카훗!'],
]

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
