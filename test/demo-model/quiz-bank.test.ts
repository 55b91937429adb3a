import t from 'tap'
import { bankQuestions } from '../../src/demo-model/quiz-bank.ts'
import { seededRandom } from '../../src/demo-model/random.ts'

const random = seededRandom('bank')
const everything = (() => {
  const { own, others } = bankQuestions('상식', 'medium', random)
  return [...own, ...others]
})()

t.test('every question is short and has six different choices and an explanation', async t => {
  for (const { question, choices, explanation } of everything) {
    t.match(question, /\?$/)
    t.ok(question.length <= 100, question)
    t.equal(new Set(choices).size, 6, question)
    for (const choice of choices) t.ok(choice.length > 0 && choice.length <= 20, choice)
    t.match(explanation, /[다]\.$/, question)
  }
})

t.test('no question is there twice', async t => {
  t.equal(new Set(everything.map(({ question }) => question)).size, everything.length)
})

t.test('there is enough to ask about each topic', async t => {
  t.ok(bankQuestions('상식', 'easy', random).own.length >= 20)
  for (const topic of [
    '한국사',
    '과학',
    '태양계',
    '지리',
    '수학',
    '맞춤법',
    '영어 단어',
    '컴퓨터',
    '음악',
    '미술',
    '스포츠',
  ])
    t.ok(bankQuestions(topic, 'easy', random).own.length >= 6, topic)
  t.same(bankQuestions('고양이 품종', 'easy', random).own, [])
})

t.test('the questions of the level come first', async t => {
  for (const level of ['easy', 'medium', 'hard'] as const)
    t.equal(bankQuestions('한국사', level, random).own[0]?.level, level)
})
