import t from 'tap'
import { noNotes } from '../../src/demo-model/notes.ts'
import { recall } from '../../src/demo-model/recall.ts'

const notes = {
  ...noNotes,
  others: ['사용자는 커피를 싫어한다.'],
  stated: [
    '저는 부산에 살아요',
    '동생은 서울에 살아요',
    '강아지를 키워요',
    '강아지 이름은 초코예요',
    '제가 좋아하는 색은 파란색이에요',
    '다음 주에 면접이 있어요',
    'I work at a bank',
  ],
}

t.test('the note that answers is found by its words', async t => {
  for (const [question, note] of [
    ['제가 어디 산다고 했죠?', '저는 부산에 살아요'],
    ['제 동생은 어디 살죠?', '동생은 서울에 살아요'],
    ['제가 뭘 키운다고 했죠?', '강아지를 키워요'],
    ['강아지 이름이 뭐라고 했지?', '강아지 이름은 초코예요'],
    ['제가 좋아하는 색이 뭐였죠?', '제가 좋아하는 색은 파란색이에요'],
    ['면접이 언제라고 했죠?', '다음 주에 면접이 있어요'],
    ['제가 커피를 어떻게 생각한다고 했죠?', '사용자는 커피를 싫어한다.'],
    ['Where do I work?', 'I work at a bank'],
  ] as const)
    t.equal(recall(question, notes), note, question)
})

t.test('a fact that was never stated is not made up', async t => {
  for (const question of ['제 생일이 언제죠?', '제 취미가 뭐라고 했죠?', '뭐라고 했죠?', 'What is my hobby?'])
    t.equal(recall(question, notes), undefined, question)
})
