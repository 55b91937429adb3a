import t from 'tap'
import { feelings, feelingsIn, inDanger } from '../../src/demo-model/feelings.ts'

const names = (...sentences: string[]) => feelingsIn(sentences).map(({ name }) => name)

t.test('feelings are recognized by words, in the order of the text, each once', async t => {
  t.same(names('너무 속상했다.', '뿌듯하기도 했다.', '또 속상했다.'), ['속상함', '뿌듯함'])
  t.same(names('친구와 싸워서 화가 났다'), ['속상함', '화'])
  t.same(names('비가 왔다'), [])
})

t.test('a denied feeling does not count', async t => {
  t.same(names('하나도 힘들지 않았다', '안 무서웠다', '걱정하지는 않는다'), [])
})

t.test('a word that only resembles a feeling does not count', async t => {
  t.same(names('영화가 나왔다', '비웃었다'), [])
})

t.test('danger is distinguished from a manner of speaking', async t => {
  for (const text of ['그냥 죽고 싶다', '자해를 했다', '더는 살고 싶지 않아', '극단적인 생각이 든다'])
    t.ok(inDanger(text), text)
  for (const text of ['배고파 죽겠다', '웃겨 죽는 줄 알았다', '살 것 같다', '보고 싶어 죽겠어'])
    t.notOk(inDanger(text), text)
})

t.test('every feeling has what is said to it', async t => {
  for (const { name, modifier, empathy } of feelings) {
    t.match(modifier, /[한은운는친픈쁜]$/, name)
    t.match(empathy, /[요지]\.$/, name)
  }
})
