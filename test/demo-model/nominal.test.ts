import t from 'tap'
import { finalOf } from '../../src/demo-model/hangul.ts'
import { connected, modifying, nominalise } from '../../src/demo-model/nominal.ts'
import { seededRandom } from '../../src/demo-model/random.ts'

const groups: Record<string, [sentence: string, nominal: string][]> = {
  'regular pasts': [
    ['발표했다', '발표함'],
    ['정리하였다', '정리함'],
    ['설명하였습니다', '설명함'],
    ['했어요', '함'],
    ['책을 읽었다', '책을 읽음'],
    ['자료를 찾았습니다', '자료를 찾음'],
    ['끝까지 하지 않았다', '끝까지 하지 않음'],
    ['질문이 많았다', '질문이 많음'],
    ['했었다', '함'],
    ['할 수 있었다', '할 수 있음'],
    ['보였음', '보임'],
    ['있었음', '있음'],
  ],
  'contracted pasts': [
    ['관심을 보였다', '관심을 보임'],
    ['해냈다', '해냄'],
    ['그래프를 그렸다', '그래프를 그림'],
    ['생각을 밝혔다', '생각을 밝힘'],
    ['먼저 물어봤다', '먼저 물어봄'],
    ['순서를 바꿨다', '순서를 바꿈'],
    ['새로 배웠다', '새로 배움'],
    ['차이를 나눴다', '차이를 나눔'],
    ['회장이 됐다', '회장이 됨'],
    ['앞장섰다', '앞장섬'],
    ['글을 썼다', '글을 씀'],
    ['기뻤다', '기쁨'],
    ['바빴다', '바쁨'],
    ['드러났다', '드러남'],
  ],
  'irregular verbs': [
    ['모형을 만들었다', '모형을 만듦'],
    ['친구를 도왔다', '친구를 도움'],
    ['어려웠다', '어려움'],
    ['주제를 골랐다', '주제를 고름'],
    ['노래를 불렀다', '노래를 부름'],
    ['행사를 치렀다', '행사를 치름'],
    ['설명을 들었다', '설명을 들음'],
    ['예를 들었다', '예를 듦'],
    ['뜻을 깨달았다', '뜻을 깨달음'],
    ['먼저 말을 걸었다', '먼저 말을 건넴'],
  ],
  'presents and adjectives': [
    ['참여한다', '참여함'],
    ['읽는다', '읽음'],
    ['만듭니다', '만듦'],
    ['이끈다', '이끎'],
    ['집중력이 좋다', '집중력이 좋음'],
    ['새롭다', '새로움'],
    ['이유가 있습니다', '이유가 있음'],
    ['모범이 되는 학생이다', '모범이 되는 학생임'],
    ['믿음직한 리더였다', '믿음직한 리더임'],
    ['쉬운 일이 아니다', '쉬운 일이 아님'],
    ['친구예요', '친구임'],
  ],
  'what is nominal already stays': [
    ['질문에 차분하게 답함', '질문에 차분하게 답함'],
    ['먼저 물어봄', '먼저 물어봄'],
  ],
  'notes without a verb': [
    ['통계 포스터 제작', '통계 포스터를 제작함'],
    ['라인트레이서 제작', '라인트레이서를 제작함'],
    ['모둠 공동 제작', '모둠 공동 제작함'],
    ['적극적으로 발표', '적극적으로 발표함'],
    ['모둠장 역할', '모둠장 역할을 맡음'],
    ['적극적', '적극적임'],
    ['수학에 흥미', '수학에 흥미를 보임'],
    ['봉사 활동', '봉사 활동에 참여함'],
    ['책임감', '책임감을 보여 줌'],
    ['수학 프로그램', '수학 프로그램에 참여함'],
    ['발표하기', '발표함'],
    ['발표 준비(3회)', '발표 준비함(3회)'],
    ['Explained it', '‘Explained it’ 활동에 참여함'],
  ],
}

for (const [name, sentences] of Object.entries(groups)) {
  t.test(name, async t => {
    for (const [sentence, nominal] of sentences) t.equal(nominalise(sentence), nominal)
  })
}

t.test('a clause goes on to the next one', async t => {
  for (const [nominal, form] of [
    ['발표함', '발표하고'],
    ['읽음', '읽으며'],
    ['친구를 도움', '친구를 도우며'],
    ['만듦', '만들며'],
    ['답함(3회)', undefined],
  ] as const)
    t.equal(connected(nominal), form)
})

t.test('a clause goes before a noun', async t => {
  for (const [nominal, form] of [
    ['발표함', '발표한'],
    ['읽음', '읽은'],
    ['친구를 도움', '친구를 도운'],
    ['만듦', '만든'],
    ['재능이 있음', '재능이 있는'],
    ['답함(3회)', undefined],
  ] as const)
    t.equal(modifying(nominal), form)
})

t.test('any Hangul gives a nominal form', async t => {
  const { next } = seededRandom('nominal')
  const endings = ['다', '니다', '습니다', '어요', '음', '했다', '였다', '렀다', '았다', '는다', '하고', '']
  for (let round = 0; round < 20_000; round++) {
    const word = Array.from({ length: 1 + Math.floor(next() * 4) }, () =>
      String.fromCharCode(0xac00 + Math.floor(next() * 11172)),
    )
    const sentence = word.join('') + endings[Math.floor(next() * endings.length)]
    if (!/[ㅁㄻ]/.test(finalOf(nominalise(sentence)) ?? '')) t.fail(`${sentence} became ${nominalise(sentence)}`)
  }
})
