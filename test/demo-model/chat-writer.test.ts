import t from 'tap'
import { writeReply } from '../../src/demo-model/writer.ts'
import { turnPrompt } from '../../src/kinds/conversations/prompt.ts'

/** The reply to the last of the user's messages, each of which got a reply. */
function reply(contents: string[], summary = ''): string {
  const [content = ''] = contents.slice(-1)
  const history = contents.slice(0, -1).flatMap(said => [
    { role: 'user' as const, content: said },
    { role: 'assistant' as const, content: '그렇군요.' },
  ])
  return writeReply(turnPrompt({ summary, history, content }))
}

t.test('a greeting gets a short greeting', async t => {
  for (const content of ['안녕하세요', '안녕!', 'Hello']) {
    t.match(reply([content]), /안녕하세요!|Hello!/)
    t.ok(reply([content]).length < 60)
  }
})

t.test('a name is remembered and used', async t => {
  t.match(reply(['제 이름은 지민이에요.']), /^지민 님, 반가워요!/)
  t.match(reply(['제 이름은 지민이에요.', '제 이름이 뭐라고 했죠?']), /^지민 님이라고 하셨어요/)
  t.match(reply(['제 이름은 지민이에요.', '오늘 비가 왔어요']), /^지민 님, /)
  t.match(reply(['제 이름이 뭐예요?']), '아직 이름을 듣지 못했어요')
})

t.test('a stated fact is remembered, from the history and from the summary', async t => {
  t.match(
    reply(['저는 부산에 살아요', '비가 왔어요', '제가 어디 산다고 했죠?']),
    '“저는 부산에 살아요”라고 말씀하셨어요',
  )
  t.match(reply(['제 이름이 뭐라고 했죠?'], '사용자의 이름은 지민이다.'), '지민 님')
  t.match(reply(['제가 뭘 키운다고 했죠?'], '사용자는 “고양이를 키워요”라고 말했다.'), '고양이를 키워요')
  t.match(reply(['제 강아지 기억나요?'], '사용자는 강아지와 함께 산다.'), '사용자는 강아지와 함께 산다')
  t.match(reply(['비가 왔어요', '제 생일이 언제라고 했죠?']), '아직 들은 기억이 없어요')
})

t.test('the last words are remembered, of both sides', async t => {
  const asked = (question: string) => reply(['첫 번째 이야기예요', '두 번째 이야기예요', question])
  t.match(asked('아까 뭐라고 했지?'), /두 번째 이야기예요.*그렇군요/)
  t.match(asked('방금 제가 뭐라고 했죠?'), '두 번째 이야기예요')
  t.match(asked('제가 처음에 뭐라고 했죠?'), '첫 번째 이야기예요')
  t.match(asked('너는 뭐라고 했어?'), '저는 “그렇군요.”')
  t.match(asked('지금까지 무슨 이야기 했죠?'), /첫 번째.*두 번째/)
  t.match(reply(['아까 뭐라고 했지?']), '아직 나눈 이야기가 없어요')
})

t.test('a statement is taken up with its words, its feeling, and a question back', async t => {
  const sad = reply(['요즘 발표 때문에 너무 불안해요'])
  t.match(sad, /‘요즘 발표 때문에 너무 불안해요’라는 말씀.*마음을 놓지 못하고.*\?$|요\.$/)
  const plain = reply(['우리 동네에 도서관이 생겼어요'])
  t.match(plain, /도서관/)
  t.match(plain, /\?$/)
  for (const text of [sad, plain]) t.ok(text.split(/[.?] /).length >= 3, text)
})

t.test('a user who asks for a table or for code sees how a model formats its answer', async t => {
  for (const content of ['일정을 표로 정리해 줘', '평균을 구하는 코드를 짜 줄래요?', '수식으로 설명해 주세요.']) {
    const answer = reply([content])
    for (const mark of [/^\|:--/m, /^```js$/m, /\$\\bar/, /^- \[x\]/m, /^\[\^1\]: /m, /데모 모델/])
      t.match(answer, mark, content)
    t.ok(answer.length < 1000)
  }
  t.notMatch(reply(['오늘 코드를 짰어요']), '```', 'and nobody else does')
})

t.test('a user who asks what to do gets advice, as a list', async t => {
  t.match(reply(['어떻게 하면 발표를 잘할 수 있을까요?']), /^1\. \*\*오늘\*\*: .*\n2\. \*\*그다음\*\*: /m)
  t.match(reply(['어떻게 하면 발표를 잘할 수 있을까요?']), /소리 내어|막혔던 대목/)
})

t.test('the model says what it does not know', async t => {
  t.match(reply(['파이썬이 뭐예요?']), /‘파이썬이 뭐예요’라고.*데모 모델이라 파이썬을 설명할 지식이 없어요/)
  t.match(reply(['연설문을 써 주세요']), /데모 모델이라 연설문과 관련된/)
  t.match(reply(['지금 몇 시예요?']), '알려 드릴 수 없어요')
  t.match(reply(['너는 누구야?']), '데모 모델')
})

t.test('simple sums are done', async t => {
  for (const [content, result] of [
    ['12 + 30은?', '42'],
    ['7 곱하기 8은 얼마예요?', '56'],
    ['100 나누기 7은?', '몫은 14이에요. 나머지는 2'],
    ['3 - 10 = ?', '-7'],
    ['5 / 0 은?', '나눌 수 없어요'],
  ])
    t.match(reply([String(content)]), result)
  t.notMatch(reply(['2024-10-3에 만났어요']), '답은')
})

t.test('English gets English', async t => {
  t.match(reply(['My name is Ann.', 'What is my name?']), 'Your name is Ann')
  t.match(reply(['What is Python?']), /^You asked: “What is Python”/)
  t.match(reply(['I went to the park.']), /^You said/)
  t.match(reply(['I live in Busan.', 'Where do I live?']), 'I live in Busan')
})

t.test('a user who may be in danger gets a number to call', async t => {
  t.match(reply(['죽고 싶어요']), '109')
})

t.test('the text of a summary or a message does not change the kind of request', async t => {
  for (const text of [
    '생활기록부를 1500바이트 이내로 써 달라고 했다.',
    '일기에 공감해 달라고 했다.',
    '대화를 요약해 달라고 했다.',
  ])
    t.match(reply(['안녕하세요'], text), '안녕하세요!', text)
  t.match(reply(['제 생활기록부가 걱정돼요']), '라는 말씀')
})

t.test('every message gets an answer', async t => {
  for (const content of [
    'ㅋㅋ',
    '🙂',
    ' ',
    '?',
    '네',
    '아니요',
    '고마워요',
    '잘 자요',
    '왜?',
    '농담해 줘',
    '점심 뭐 먹을까',
  ])
    t.match(reply([content]), /[.?]$/, content)
})
