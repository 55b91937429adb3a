import t from 'tap'
import { answerIndex } from '../../../src/kinds/quizzes/answer-index.ts'

const cities = ['Busan', '서울', 'New York', 'Paris']

t.test('an answer names a choice by index, letter or text', t => {
  for (const answer of [1, '1', ' 1 ', 'B', 'b', 'B)', '(b)', 'B.', 'b:', '서울', ' 서울\n', '서울'.normalize('NFD')])
    t.equal(answerIndex(answer, cities), 1, JSON.stringify(answer))
  t.equal(answerIndex('new\t YORK', cities), 2)
  t.equal(answerIndex(0, cities), 0)
  t.equal(answerIndex(3, cities), 3)
  t.end()
})

t.test('an answer that names no choice has no index', t => {
  for (const answer of [
    -1,
    4,
    1.5,
    Number.NaN,
    '4',
    '-1',
    '1.0',
    'E',
    'z',
    'BB',
    '',
    ' ',
    'Seoul',
    null,
    true,
    [1],
    { index: 1 },
    undefined,
  ])
    t.equal(answerIndex(answer, cities), undefined, JSON.stringify(answer))
  t.end()
})

t.test('an ambiguous answer has no index', t => {
  t.equal(answerIndex('2', ['1', '2', '3']), undefined)
  t.equal(answerIndex('A', ['B', 'A']), undefined)
  t.end()
})

t.test('an answer is clear where both readings name the same choice, or only one names any', t => {
  t.equal(answerIndex('1', ['0', '1', '2']), 1)
  t.equal(answerIndex('B', ['A', 'B']), 1)
  t.equal(answerIndex('20', ['10', '20']), 1)
  t.equal(answerIndex('X', ['W', 'X']), 1)
  t.end()
})

t.test('a number is an index, whatever the choices say', t => {
  t.equal(answerIndex(0, ['1', '0']), 0)
  t.equal(answerIndex(7, ['3', '7']), undefined)
  t.end()
})
