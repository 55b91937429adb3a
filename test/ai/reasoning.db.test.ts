import t from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { type QuizBody, question, questionsIn, quizJson, shown } from '../support/quiz.ts'
import { asksForSummary, Talk } from '../support/talk.ts'
import { type Script, startUpstream } from '../support/upstream.ts'

const record = '학생은 발표를 성실히 준비함.'
const diary = { body: '발표를 망쳤다.', type: 'THINKING' }

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

t.test('a leading block is in no text, and no reader sees it', async t => {
  const visitor = begin(completion => completion.delta('<th', 'ink>\n생각', '\n</thi', 'nk>\n\n', record).finish())
  for (const [path, body] of [
    ['/api/records', { ...anyRecord, versions: 1 }],
    ['/api/reviews', diary],
  ] as const) {
    const id = await visitor.submit(path, body)
    const seen = await visitor.finished(id)
    t.equal(seen.text(0), record)
    t.notMatch(JSON.stringify(seen.chunks), /생각|think|restarted/)
    t.match(await visitor.task(id), { status: 'completed', outputs: [{ status: 'completed', text: record }] })
  }
})

t.test('a block that never closes: empty with stop, length with length', async t => {
  for (const [reason, code] of [
    ['stop', 'empty'],
    ['length', 'length'],
  ]) {
    const visitor = begin(completion => completion.delta('<think>\n', '생각').finish(reason))
    const id = await visitor.submit('/api/reviews', diary)
    t.equal((await visitor.finished(id)).text(0), '')
    t.match(await visitor.task(id), { status: 'failed', outputs: [{ status: 'failed', text: '', error: { code } }] })
  }
})

t.test('the end of a block alone on its line: readers see a restarted output, whenever they come', async t => {
  const visitor = begin(completion => completion.delta('생각…\n', '또 생각\n'))
  const id = await visitor.submit('/api/reviews', diary)
  const live = await visitor.watchTask(id)
  await live.until(seen => seen.text(0) === '생각…\n또 생각\n')
  t.match(await visitor.task(id), { outputs: [{ status: 'running', text: '생각…\n또 생각\n' }] })
  const [completion] = upstream.completions
  completion?.delta('</think>\n\n')
  await live.until(seen => seen.chunks.some(({ data }) => data?.status === 'restarted'))
  t.match(await visitor.task(id), { outputs: [{ status: 'running', text: '' }] })
  completion?.delta(record).finish()
  await live.ended
  t.equal(live.transcript.text(0), record)
  t.same(
    live.transcript.chunks.flatMap(({ type, data }) =>
      /^text-(start|end)$|^data-output$/.test(type) ? [data?.status ?? type] : [],
    ),
    ['running', 'text-start', 'text-end', 'restarted', 'running', 'text-start', 'text-end', 'completed'],
  )
  t.match(await visitor.task(id), { status: 'completed', outputs: [{ status: 'completed', text: record }] })
  for (const [index, cursor] of live.transcript.ids.entries()) {
    const late = await visitor.watchTask(id, cursor)
    await late.ended
    if (index === live.transcript.ids.length - 1) t.equal(late.response.status, 204)
    else t.ok(late.transcript.done, cursor)
  }
  t.equal((await visitor.finished(id)).text(0), record)
})

t.test('the end of a block, and no text after it: empty, and no reader keeps the old text', async t => {
  const visitor = begin(completion => completion.delta('생각…\n', '</think>').finish())
  const id = await visitor.submit('/api/reviews', diary)
  t.equal((await visitor.finished(id)).text(0), '')
  t.match(await visitor.task(id), { status: 'failed', outputs: [{ text: '', error: { code: 'empty' } }] })
})

t.test('a tag in the middle of a text is text', async t => {
  const text = 'HTML에는 <think> 요소가 없다.\n</think>\n끝.'
  const visitor = begin(completion => completion.delta(...text.split(/(?=[<>])/)).finish())
  const id = await visitor.submit('/api/reviews', diary)
  t.equal((await visitor.finished(id)).text(0), text)
  t.match(await visitor.task(id), { status: 'completed', outputs: [{ text }] })
})

t.test('reasoning goes into no later prompt and no summary', async t => {
  const visitor = begin(completion => {
    if (asksForSummary(completion)) completion.delta('비밀 생각\n', '</think>\n', '요약').finish()
    else completion.delta('<think>비밀 생각</think>', '답').finish()
  })
  const talk = await Talk.begin(visitor)
  await talk.say('하나')
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약' })
  await talk.say('둘')
  await talk.summaryThat(({ pending }) => pending === 0)
  const { messages } = await talk.view()
  t.same(
    messages.map(({ content }) => content),
    ['하나', '답', '둘', '답'],
  )
  for (const { body } of upstream.completions) t.notMatch(JSON.stringify(body), /비밀/)
})

t.test('a question that was only drafted is left out, and answers are graded against the real ones', async t => {
  const draft = { ...question(1), answer: 0 }
  const visitor = begin(completion =>
    completion.delta('<think>', quizJson(draft, question(5)), '</think>', quizJson(question(1), question(2))).finish(),
  )
  const id = await visitor.submit('/api/quizzes', { topic: '수도', questionCount: 2 })
  const seen = await visitor.finished(id)
  t.same(questionsIn(seen), [shown(1, 0), shown(2, 1)])
  t.equal(seen.chunks.filter(({ type }) => type === 'data-question').length, 2)
  t.equal(upstream.completions.length, 1)
  const { body } = await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [1, 2] })
  t.match(body, { score: 2, total: 2 })
})

t.test('drafts before the end of a block alone on its line are withdrawn, for every reader', async t => {
  const drafts = quizJson({ ...question(1), answer: 0 }, question(5), question(6))
  const visitor = begin(completion => completion.delta(drafts, '\n'))
  const id = await visitor.submit('/api/quizzes', { topic: '수도', questionCount: 3 })
  const live = await visitor.watchTask(id)
  await live.until(seen => questionsIn(seen).length === 3)
  const [completion] = upstream.completions
  completion?.delta('</think>\n')
  await live.until(seen => questionsIn(seen).length === 0)
  t.same(
    live.transcript.chunks.filter(({ data }) => data?.withdrawn),
    [0, 1, 2].map(index => ({
      type: 'data-question',
      id: `question-${index}`,
      data: { index, withdrawn: true },
    })),
  )
  upstream.answer(next => next.delta(quizJson(question(3))).finish())
  completion?.delta(quizJson(question(1), question(2))).finish()
  await live.ended
  const expected = [shown(1, 0), shown(2, 1), shown(3, 2)]
  t.same(questionsIn(live.transcript), expected)
  t.same(questionsIn(await visitor.finished(id)), expected)
  const quiz = await visitor.json<QuizBody>('GET', `/api/quizzes/${id}`)
  t.match(quiz.body, { status: 'completed', questions: expected })
  const { body } = await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [1, 2, 3] })
  t.match(body, { score: 3, total: 3 })
})

t.test('a quiz with drafts only has no questions', async t => {
  const visitor = begin(completion => completion.delta(quizJson(question(1)), '\n', '</think>').finish())
  const id = await visitor.submit('/api/quizzes', { topic: '수도', questionCount: 1 })
  t.same(questionsIn(await visitor.finished(id)), [])
  t.match(await visitor.task(id), { status: 'failed', outputs: [{ error: { code: 'empty' } }] })
})

t.test('without usage from the server, reasoning is in the estimate, wherever it stood', async t => {
  const thought = '이것은 긴 생각이다. '.repeat(300)
  const usage = async (write: Script) => {
    const visitor = begin(completion => {
      write(completion)
      completion.frame({ choices: [{ delta: {}, finish_reason: 'stop' }] }).response.end()
    })
    const id = await visitor.submit('/api/reviews', diary)
    await visitor.finished(id)
    const { outputs } = await visitor.task(id)
    t.equal(outputs[0]?.usage?.estimated, true)
    return outputs[0]?.usage?.outputTokens ?? 0
  }
  const plain = await usage(completion => completion.delta(record))
  t.ok(plain < 40)
  for (const [where, write] of [
    ['in a block', completion => completion.delta(`<think>${thought}</think>${record}`)],
    ['before a lone end', completion => completion.delta(thought, `${thought}\n`, '</think>\n', record)],
    ['beside the text', completion => completion.frame(delta({ reasoning_content: thought })).delta(record)],
    [
      'in a part',
      completion => completion.frame(delta({ content: [{ type: 'thinking', thinking: thought }] })).delta(record),
    ],
    ['and no text', completion => completion.delta(`<think>${thought}`)],
  ] satisfies [string, Script][])
    t.ok((await usage(write)) > 1_500, where)
})

function delta(members: object) {
  return { choices: [{ index: 0, delta: members, finish_reason: null }] }
}

function begin(script: Script) {
  upstream.reset(script)
  return conch.visitor()
}
