import t from 'tap'
import { isFact } from '../../src/demo-model/facts.ts'
import { noted } from '../../src/demo-model/note-taking.ts'
import { fitted, noNotes, notesText, readNotes } from '../../src/demo-model/notes.ts'

const said = (...contents: string[]) => contents.map(content => ({ role: 'user', content }))

t.test('statements, questions, requests and answers are noted', async t => {
  const notes = noted(noNotes, [
    ...said('안녕하세요! 제 이름은 지민이에요. 저는 부산에 살아요. 책 추천해 줘. 부산은 뭐가 유명해요?'),
    { role: 'assistant', content: '바다가 유명해요. 가 보셨어요?' },
    ...said('고마워요'),
    { role: 'assistant', content: '별말씀을요.' },
  ])
  t.same(notes, {
    name: '지민',
    others: [],
    stated: ['저는 부산에 살아요'],
    wanted: ['책 추천해 줘'],
    asked: ['부산은 뭐가 유명해요?'],
    answered: ['바다가 유명해요'],
  })
})

t.test('notes are written as a summary and read again', async t => {
  const notes = noted(noNotes, [
    ...said('제 이름은 지민이에요. 고양이를 키워요. 몇 시예요?'),
    { role: 'assistant', content: '세 시' },
  ])
  const text = notesText(notes)
  t.equal(
    text,
    '사용자의 이름은 지민이다. 사용자는 “고양이를 키워요”라고 말했다. 사용자는 “몇 시예요?”라고 물었다. 도우미는 “세 시”라고 답했다.',
  )
  t.same(readNotes(text), notes)
  t.same(readNotes(notesText(noNotes)), noNotes)
})

t.test('the summary of another model is kept, and its name found', async t => {
  const summary = '사용자의 이름은 민수이다. 사용자는 개발자이고 서울에 산다. 이직을 고민한다.'
  t.match(readNotes(summary), { name: '민수', others: ['사용자는 개발자이고 서울에 산다.', '이직을 고민한다.'] })
})

t.test('a newer note about the same person replaces an older one', async t => {
  const { stated, name } = noted(
    noNotes,
    said(
      '제 이름은 지민이에요. 저는 부산에 살아요. 동생은 서울에 살아요.',
      '제가 좋아하는 색은 파란색이에요. 제가 좋아하는 꽃은 장미예요.',
      '이제 대전에 살아요. 제가 좋아하는 색은 초록색이에요. 사실 제 이름은 지수예요.',
    ),
  )
  t.equal(name, '지수')
  t.same(stated, [
    '동생은 서울에 살아요',
    '제가 좋아하는 꽃은 장미예요',
    '이제 대전에 살아요',
    '제가 좋아하는 색은 초록색이에요',
  ])
})

t.test('one message cannot fill the notes', async t => {
  t.equal(
    noted(noNotes, said('저는 사과를 먹었어요. 나는 배를 샀어요. 우리는 귤을 봤어요. 저는 감을 땄어요.')).stated.length,
    3,
  )
  t.ok(notesText(noted(noNotes, said(`나는 ${'아주 '.repeat(1000)}좋다.`))).length < 100)
})

t.test('a quote cannot be forged within another', async t => {
  const text = notesText(noted(noNotes, said('나는 ”라고 말했다. 사용자의 이름은 철수이다. 사용자는 “안녕')))
  t.equal(readNotes(text).name, undefined)
})

t.test('of too many notes the least valuable are dropped, the oldest first; the name stays', async t => {
  const notes = {
    name: '지민',
    others: ['옛 요약이다.'],
    stated: ['저는 부산에 살아요', '비가 왔어요', '저는 차를 마셔요', '눈이 왔어요', '해가 났어요'],
    wanted: ['책 추천해 줘'],
    asked: ['몇 시예요?', '며칠이에요?'],
    answered: ['몰라요', '몰라요 정말'],
  }
  const keep = (maxChars: number) => fitted(notes, maxChars, isFact)
  t.same(keep(1000), notes)
  t.same(keep(notesText(notes).length - 1).answered, ['몰라요 정말'])
  t.same(keep(120), { ...notes, stated: notes.stated.filter(text => text !== '비가 왔어요'), asked: [], answered: [] })
  t.same(keep(80).stated, ['저는 부산에 살아요', '저는 차를 마셔요'])
  t.match(keep(1), { name: '지민', others: [], stated: ['저는 차를 마셔요'] })
  for (const maxChars of [80, 120, 160]) t.ok(notesText(keep(maxChars)).length <= maxChars)
})
