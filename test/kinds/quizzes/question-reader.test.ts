import t from 'tap'
import { seededRandom } from '../../../src/demo-model/random.ts'
import { QuestionReader, type RawQuestion } from '../../../src/kinds/quizzes/question-reader.ts'

const capital = { question: '대한민국의 수도는?', choices: ['부산', '서울'], answer: 1, explanation: '🇰🇷 서울입니다.' }
const escapes = {
  question: 'What does "\\n" mean?\n{[x]}',
  choices: ['a "new" line', 'a \\ and an n', '}', ']'],
  answer: 0,
  explanation: '\ud83d\ude00 \u0000 \t {"question": "no"}',
}
const sum = { question: '1 + 1?', choices: ['1', '2'], answer: 1, explanation: '1 + 1 = 2', difficulty: { level: [1] } }
const quiz = [capital, escapes, sum]

t.test('a question is returned with the delta that closes it, and once', t => {
  const reader = new QuestionReader()
  const text = JSON.stringify({ questions: quiz })
  const ends = quiz.map(question => text.indexOf(JSON.stringify(question)) + JSON.stringify(question).length)
  const questionsAt = text.split('').map((unit, at) => [at + 1, reader.push(unit)] as const)
  for (const [end, questions] of questionsAt)
    t.same(questions, ends.includes(end) ? [quiz[ends.indexOf(end)]] : [], `${end}`)
  t.end()
})

for (const [name, text] of [
  ['as asked for', JSON.stringify({ questions: quiz })],
  ['indented', JSON.stringify({ questions: quiz }, null, 2)],
  ['with everything escaped', escaped(JSON.stringify({ questions: quiz }))],
  ['with other members first and last', JSON.stringify({ topic: { a: [{}] }, questions: quiz, note: null })],
  ['a bare array', JSON.stringify(quiz)],
  ['one object to a line', quiz.map(question => JSON.stringify(question)).join('\n')],
  ['in a fence', `\`\`\`json\n${JSON.stringify({ questions: quiz }, null, 2)}\n\`\`\``],
  ['between words', `Here are [3] questions {as asked}:\n${JSON.stringify({ questions: quiz })}\nAnything [else]? {`],
  ['after a quotation mark in brackets', `["] ${JSON.stringify({ questions: quiz })}`],
  ['after a bracket that is not closed', `see [1 ${JSON.stringify({ questions: quiz })}`],
  ['after thoughts', `<think>{"questions": [{"quest</think>${JSON.stringify({ questions: quiz })}`],
] as const) {
  t.test(`${name}: the same questions wherever the text is cut`, t => {
    t.same(read([text]), quiz)
    const wrong = Array.from(text.split('').keys()).filter(
      at => JSON.stringify(read([text.slice(0, at), text.slice(at)])) !== JSON.stringify(quiz),
    )
    t.same(wrong, [])
    t.same(read(text.split('')), quiz)
    const { next } = seededRandom(name)
    for (let round = 0; round < 100; round++) t.same(read(cut(text, next)), quiz)
    t.end()
  })
}

t.test('a text that is cut gives the questions before the cut', t => {
  const text = JSON.stringify({ questions: quiz })
  for (let end = 0; end <= text.length; end++) {
    const complete = quiz.filter(question => {
      const written = JSON.stringify(question)
      return text.indexOf(written) + written.length <= end
    })
    t.same(read([text.slice(0, end)]), complete)
  }
  t.end()
})

t.test('a raw newline in a string does no harm', t => {
  t.same(read(['{"question": "one\ntwo", "choices": []}']), [{ question: 'one two', choices: [] }])
  t.end()
})

t.test('a broken question costs only itself', t => {
  const [first, , third] = quiz.map(question => JSON.stringify(question))
  for (const broken of [
    '{"question": "He said "no"?", "choices": ["a", "b"], "answer": 0}',
    '{"question": "x", "choices": ["a", "b"}',
    "{'question': 'x'}",
    '{"question": "x", "answer": ~1}',
    '{"question": undefined, "choices": [{"a": 1}]}',
  ])
    t.same(read([`{"questions": [${first}, ${broken}, ${third}]}`]), [capital, sum], broken)
  t.end()
})

t.test('only questions are returned, whatever a question holds', t => {
  t.same(read(['{"questions": [1, null, "question", [], {}, {"text": "x"}]}']), [])
  t.same(read(['[{"question": null}, {"question": [{"a": 1}], "__proto__": 1}]']).map(Object.keys), [
    ['question'],
    ['question', '__proto__'],
  ])
  t.end()
})

t.test('garbage never throws', t => {
  const { next } = seededRandom('garbage')
  const letters = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    'u',
    'x',
    '1',
    '-',
    ' ',
    '\0',
    '\ud83d',
    '\ude00',
    '"question"',
  ]
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 200 }, () => letters[Math.floor(next() * letters.length)]).join('')
    const whole = read([text])
    t.same(read(cut(text, next)), whole)
  }
  t.end()
})

t.test('the reader stops at 100 questions', t => {
  const many = Array.from({ length: 150 }, (_, at) => ({ question: String(at) }))
  t.same(read([JSON.stringify(many)]), many.slice(0, 100))
  t.same(read(many.map(question => JSON.stringify(question))), many.slice(0, 100))
  t.end()
})

t.test('the reader stops after 2 MB', t => {
  const filler = 'x'.repeat(1_000_000)
  const question = '{"question":1}'
  t.same(read([filler, filler.slice(question.length), question, question]), [{ question: 1 }])
  t.same(read([filler, filler.slice(question.length - 1), question]), [])
  t.end()
})

t.test('a few hundred brackets before the questions do no harm', t => {
  for (const before of ['[x '.repeat(900), '['.repeat(1000), '{"a":'.repeat(1000), '[]'.repeat(900)])
    t.same(read([before, '{"question":1}']), [{ question: 1 }], before.slice(0, 9))
  t.end()
})

t.test('brackets without end are given up, however deep they go', t => {
  for (const before of ['[x '.repeat(1000), '['.repeat(40_000), '{"a":'.repeat(40_000), '[]'.repeat(1000)])
    t.same(read([before, '{"question":1}']), [], before.slice(0, 9))
  t.end()
})

function read(deltas: Iterable<string>): RawQuestion[] {
  const reader = new QuestionReader()
  return Array.from(deltas, delta => reader.push(delta)).flat()
}

/** Cuts a text at random places. */
function cut(text: string, next: () => number): string[] {
  const deltas: string[] = []
  for (let at = 0; at < text.length; at += deltas.at(-1)?.length ?? 0)
    deltas.push(text.slice(at, at + 1 + Math.floor(next() * 20)))
  return deltas
}

/** The same JSON with \u escapes for all characters outside ASCII. */
function escaped(json: string): string {
  return json.replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
