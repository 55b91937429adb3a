import t from 'tap'
import { clozeQuestions } from '../../src/demo-model/cloze.ts'
import { seededRandom } from '../../src/demo-model/random.ts'

const material =
  '측우기는 조선 세종 때 강수량을 재기 위해 만든 기구이다. 측우기는 1441년에 처음 만들어졌다. 앙부일구는 해의 그림자로 시각을 재는 해시계이다. 자격루는 물의 흐름으로 시각을 알리는 물시계이며 장영실이 만들었다.'
const questions = (text: string, wrongCount = 3) => [...clozeQuestions(text, wrongCount, seededRandom(text))]

t.test('a word of a sentence is left out, and is the answer', async t => {
  for (const { question, right, explanation } of questions(material)) {
    const found = /“(.*)____(.*)”/.exec(question)
    t.ok(found, question)
    t.ok(explanation.includes(right))
    t.notOk(question.includes(right), question)
  }
})

t.test('the particle behind the blank does not give the answer away', async t => {
  const text = questions(material)
    .map(({ question }) => question)
    .join('\n')
  t.match(text, /____은\(는\)/)
  t.match(text, /____을\(를\)/)
  t.notMatch(text, /____[을를은는이가] /)
})

t.test('the other choices are words of the material that are not in the sentence', async t => {
  for (const { question, right, wrong } of questions(material)) {
    t.equal(wrong.length, 3)
    t.equal(new Set([right, ...wrong]).size, 4)
    for (const word of wrong) t.notOk(question.includes(word))
  }
})

t.test('numbers are left out too, with others near them', async t => {
  const year = questions(material).find(({ right }) => right === '1441')
  t.match(year?.question, '____년에')
  for (const wrong of year?.wrong ?? []) t.ok(Math.abs(Number(wrong) - 1441) <= 60, wrong)
  const month = questions('광복절은 8월 15일에 맞는 나라의 경축일이다.', 5).find(({ right }) => right === '8')
  for (const wrong of month?.wrong ?? []) t.ok(Number(wrong) >= 1 && Number(wrong) <= 12, wrong)
})

t.test('each sentence has its turn before any comes again', async t => {
  const first = questions(material).slice(0, 4)
  t.equal(new Set(first.map(({ explanation }) => explanation)).size, 4)
})

t.test('English material gets English questions', async t => {
  const [question] = questions('Plants contain chloroplasts. Chloroplasts capture sunlight during photosynthesis.')
  t.match(question, { question: /^Which word is missing\? “.*____/, explanation: /^The material says/ })
})

t.test('a material without sentences gives none', async t => {
  for (const text of ['', '...', '가'.repeat(1000), '1 2 3']) t.same(questions(text), [])
})
