import t from 'tap'
import { type Question, validQuestion } from '../../../src/kinds/quizzes/question.ts'

const raw = { question: '대한민국의 수도는?', choices: ['부산', '서울', '대전'], answer: 1, explanation: '서울입니다.' }

t.test('a question is made from the text of the model, and comes after the known ones', t => {
  t.same(read(raw), { kind: 'valid', question: { index: 0, ...raw } })
  t.same(read({ ...raw, extra: 1 }, [known('다른 질문?')]), { kind: 'valid', question: { index: 1, ...raw } })
  t.end()
})

t.test('texts are trimmed and characters that cannot be stored are replaced', t => {
  const written = { question: ' 무엇\0? ', choices: [' a', 'b\n', '\tc'], answer: 'C', explanation: '\n그것. ' }
  t.same(read(written), {
    kind: 'valid',
    question: { index: 0, question: '무엇\uFFFD?', choices: ['a', 'b', 'c'], answer: 2, explanation: '그것.' },
  })
  t.end()
})

t.test('two to six choices are valid', t => {
  for (const count of [2, 6]) {
    const choices = Array.from({ length: count }, (_, at) => `${at} 번`)
    t.equal(read({ ...raw, choices }, [], count).kind, 'valid')
  }
  t.end()
})

for (const [name, change, reason] of [
  ['too few choices', { choices: ['부산', '서울'] }, '2 choices instead of 3'],
  ['too many choices', { choices: ['부산', '서울', '대전', '광주'] }, '4 choices instead of 3'],
  ['no choices', { choices: undefined }, '0 choices instead of 3'],
  ['choices that are no list', { choices: { a: '부산', b: '서울', c: '대전', length: 3 } }, '0 choices instead of 3'],
  ['a blank choice', { choices: ['부산', '서울', ' \u200b'] }, 'choice 2 is blank'],
  ['a choice that is no text', { choices: [1, '서울', '대전'] }, 'choice 0 is blank'],
  ['a long choice', { choices: ['가'.repeat(201), '서울', '대전'] }, 'choice 0 is longer than 200 characters'],
  ['equal choices', { choices: ['부산', 'Seoul  city', 'seoul City '] }, 'two choices are the same'],
  ['a blank question', { question: ' ' }, 'the question is blank'],
  ['a question that is no text', { question: { text: '?' } }, 'the question is blank'],
  ['a long question', { question: '가'.repeat(501) }, 'the question is longer than 500 characters'],
  ['a blank explanation', { explanation: '\n' }, 'the explanation is blank'],
  ['no explanation', { explanation: undefined }, 'the explanation is blank'],
  ['a long explanation', { explanation: '가'.repeat(1001) }, 'the explanation is longer than 1000 characters'],
  ['an answer beyond the choices', { answer: 3 }, 'the answer does not name one of the choices'],
  ['several answers', { answer: [0, 1] }, 'the answer does not name one of the choices'],
  ['no answer', { answer: undefined }, 'the answer does not name one of the choices'],
] as const) {
  t.test(`${name} make it invalid`, t => {
    t.same(read({ ...raw, ...change }), { kind: 'invalid', reason })
    t.end()
  })
}

t.test('the longest texts are valid', t => {
  const long = { question: '가'.repeat(500), choices: ['가'.repeat(200), '나', '다'], explanation: '가'.repeat(1000) }
  t.equal(read({ ...raw, ...long }).kind, 'valid')
  t.end()
})

t.test('a known question is invalid, in whatever case and spacing', t => {
  const again = { ...raw, question: 'what  IS\nit?' }
  t.same(read(again, [known('다른 질문?'), known('What is it?')]), { kind: 'invalid', reason: 'it was asked before' })
  t.equal(read(again, [known('What is it')]).kind, 'valid')
  t.end()
})

function read(written: Record<string, unknown>, questions: readonly Question[] = [], choices = 3) {
  return validQuestion(written, { choices, known: questions })
}

function known(question: string): Question {
  return { index: 0, question, choices: [], answer: 0, explanation: '' }
}
