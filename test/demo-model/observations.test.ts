import t from 'tap'
import { clausesOf } from '../../src/demo-model/observations.ts'

t.test('each sentence is a clause, each line a list', async t => {
  t.same(clausesOf('실험했다. 결과를 정리했다.\n\n질문에 답함; 발표함, 토론함'), [
    ['실험함', '결과를 정리함'],
    ['질문에 답함', '발표함', '토론함'],
  ])
})

t.test('bullets, numbers and full stops go', async t => {
  t.same(clausesOf('- 발표했다.\n* 토론했다!!\n1. 실험했다\n(2) 조사했다…\n• 정리했다'), [
    ['발표함'],
    ['토론함'],
    ['실험함'],
    ['조사함'],
    ['정리함'],
  ])
})

t.test('a decimal point ends no sentence', async t => {
  t.same(clausesOf('평균을 3.5에서 4.2로 올렸다.'), [['평균을 3.5에서 4.2로 올림']])
})

t.test('the subject goes, other people stay', async t => {
  t.same(clausesOf('학생은 발표했다. 이 학생은 잘 들었다. 다른 학생은 물론 교사도 놀랐다.'), [
    ['발표함', '잘 들음', '다른 친구는 물론 교사도 놀람'],
  ])
})

t.test('connectives that the writer adds by itself go', async t => {
  t.same(clausesOf('그리고 발표했다. 또한, 토론했다. 하지만 긴장했다.'), [['발표함', '토론함', '하지만 긴장함']])
})

t.test('decomposed Hangul, controls and lone surrogates do no harm', async t => {
  t.same(clausesOf(`${'발표했다'.normalize('NFD')}.\u0000\ud800 \u200b`), [['발표함']])
})

t.test('no observation is no clause', async t => {
  for (const text of ['', ' \n ', '...', '- \n- ']) t.same(clausesOf(text), [])
})

t.test('no more than 60 clauses, and none longer than a sentence should be', async t => {
  t.equal(clausesOf('발표했다. '.repeat(500)).flat().length, 60)
  t.same(clausesOf(`${'가'.repeat(401)}. 발표했다.`), [['발표함']])
})
