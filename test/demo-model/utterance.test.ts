import t from 'tap'
import { utteranceOf } from '../../src/demo-model/utterance.ts'

const cases: Record<ReturnType<typeof utteranceOf>, readonly string[]> = {
  greeting: ['안녕하세요', '안녕!', '반갑습니다', '만나서 반가워요', 'Hello there', 'Hi'],
  thanks: ['고마워요', '감사합니다!', 'Thanks a lot'],
  farewell: ['잘 자', '안녕히 계세요', '그럼 다음에 또 봐요', 'Bye'],
  noise: ['네', '응', 'ㅋㅋㅋ', '🙂', 'ok'],
  question: [
    '제 이름이 뭐라고 했죠?',
    '점심 뭐 먹을까',
    '아까 뭐라고 했지',
    '이게 뭐예요',
    '정말?',
    'What is it?',
    'where do I live',
  ],
  request: ['책 추천해 주세요', '설명해 줘', '알려줘', '기억해줘', 'Please help me', 'Tell me more'],
  statement: ['저는 부산에 살아요', '안녕이라고 말하던 그 사람이 떠났다', '언제나 좋아요', '비가 왔다', 'I like tea'],
}

for (const [kind, sentences] of Object.entries(cases)) {
  t.test(`a ${kind} is recognized by its words`, async t => {
    for (const sentence of sentences) t.equal(utteranceOf(sentence), kind, sentence)
  })
}
