import t from 'tap'
import { bare, clipped, quoted, sentencesOf } from '../../src/demo-model/sentences.ts'

t.test('a text is split into its sentences', async t => {
  t.same(sentencesOf('오늘은 3.5km를 뛰었다.힘들었다! 그래도 좋았다\n내일도?  망쳤어ㅠㅠ 어떡해'), [
    '오늘은 3.5km를 뛰었다.',
    '힘들었다!',
    '그래도 좋았다',
    '내일도?',
    '망쳤어ㅠㅠ',
    '어떡해',
  ])
  t.same(sentencesOf('... \n 🙂 !'), [])
})

t.test('only the beginning of a long text is read, and of a long sentence', async t => {
  t.equal(sentencesOf('가. '.repeat(1000), 5).length, 5)
  t.equal(sentencesOf('가'.repeat(1_000_000))[0]?.length, 200)
  t.ok(sentencesOf(`${'가'.repeat(199)}🙂`)[0]?.isWellFormed())
})

t.test('bullets, stops and laughter at the ends of a sentence are removed', async t => {
  t.equal(bare('- 망쳤어ㅠㅠ!!'), '망쳤어')
  t.equal(bare('“좋아.”'), '“좋아')
})

t.test('a quote has no quotes of its own, and is cut between words', async t => {
  t.equal(clipped('그가 "안녕"이라고 “말”했다', 40), '그가 안녕이라고 ‘말’했다')
  t.equal(clipped('하나 둘 셋 넷 다섯', 9), '하나 둘 셋 넷…')
  t.equal(clipped('가'.repeat(20), 9), `${'가'.repeat(8)}…`)
  t.equal(clipped("I'm fine", 40), "I'm fine")
})

t.test('the particle fits the end of the quote', async t => {
  t.equal(quoted('속상했다', 40, ['이라는', '라는']), '‘속상했다’라는')
  t.equal(quoted("'망침'", 40, ['이라는', '라는']), '‘망침’이라는')
})
