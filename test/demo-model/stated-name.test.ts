import t from 'tap'
import { statedName } from '../../src/demo-model/stated-name.ts'

t.test('a name is found, however it is stated', async t => {
  for (const [sentence, name] of [
    ['제 이름은 지민이에요', '지민'],
    ['제 이름은 소라예요', '소라'],
    ['내이름은 민수야', '민수'],
    ['제 이름은 김지은이고 부산에 살아요', '김지은'],
    ['저는 지민이라고 합니다', '지민'],
    ['안녕하세요! 저는 이서연입니다', '이서연'],
    ['안녕, 나는 민수야', '민수'],
    ['안녕하세요, 저는 소라예요', '소라'],
    ['My name is Ann', 'Ann'],
    ["I'm Bob", 'Bob'],
    ['call me Max', 'Max'],
  ] as const)
    t.equal(statedName(sentence), name, sentence)
})

t.test('words other than names do not count as names', async t => {
  for (const sentence of [
    '제 이름이 뭐라고 했죠',
    '제 이름은 뭐예요',
    '저는 고등학생이에요',
    '저는 회사원이에요',
    '안녕하세요, 저는 학생이에요',
    '동생 이름은 지수예요',
    "I'm sad",
    'I am tired',
    'What is my name',
  ])
    t.equal(statedName(sentence), undefined, sentence)
})
