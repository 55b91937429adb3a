import t from 'tap'
import { nounsIn } from '../../src/demo-model/nouns.ts'

const found = (sentence: string) => nounsIn(sentence).map(({ noun, ending }) => `${noun}|${ending}`)

t.test('nouns are recognized by the particles behind them', async t => {
  t.same(found('측우기는 조선 세종 때 강수량을 재기 위해 만든 기구이다.'), ['측우기|는', '강수량|을', '기구|이다'])
  t.same(found('제주도에서 바다를 보는 여행이 좋다'), ['제주도|에서', '바다|를', '여행|이'])
  t.same(found('강아지는 연필로 도시를'), ['강아지|는', '연필|로', '도시|를'])
})

t.test('verbs and words without meaning are not nouns', async t => {
  t.same(found('공부하는 것을 좋아하는 우리는 그것을 많이 만드는 사람이 찾은 곳을 알리는'), [])
})

t.test('a particle that does not fit the end is part of the word', async t => {
  // 결과 ends in 과 after an open syllable; 회의 ends in 의.
  t.same(found('결과 회의'), [])
})

t.test('each noun has its position', async t => {
  const sentence = '한국사는 어렵지만 한국사를 배운다'
  for (const { noun, index } of nounsIn(sentence)) t.equal(sentence.slice(index, index + noun.length), noun)
  t.same(
    nounsIn(sentence).map(({ index }) => index),
    [0, 10],
  )
})
