import t from 'tap'
import { quizFormat, quizPrompt } from '../../../src/kinds/quizzes/prompt.ts'
import { startConch } from '../../support/conch.ts'
import { pagesOf } from '../../support/pages.ts'
import { asksFor, type QuizBody, question, questionsIn, quizJson, shown } from '../../support/quiz.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../../support/upstream.ts'
import type { Visitor } from '../../support/visitor.ts'

interface QuizItem {
  id: string
  topic: string
  questions: number
  attempts: number
  bestScore: number | null
}

const three = { topic: '세계의 수도', questionCount: 3 }
const unknownId = '01987fff-0000-7000-8000-000000000000'

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

t.test('a quiz needs only a topic; the rest has defaults', async t => {
  const visitor = begin(() => {})
  const { status, headers, body } = await visitor.json<{ taskId: string }>('POST', '/api/quizzes', { topic: '수도' })
  t.equal(status, 202)
  t.equal(headers.get('location'), `/api/tasks/${body.taskId}`)
  t.match(body, { status: 'queued', streamUrl: `/api/tasks/${body.taskId}/events` })
  await upstream.requested(1)
  const asked = upstream.completions[0]?.body
  const request = { topic: '수도', questionCount: 5, difficulty: 'medium', choices: 4 } as const
  t.same(asked?.messages, quizPrompt(request))
  t.match(asked?.response_format, { type: 'json_schema', json_schema: { ...quizFormat(request), strict: true } })
  t.match(await quiz(visitor, body.taskId), { topic: '수도', questionCount: 5, status: 'running', questions: [] })
  t.match(await attempt(visitor, body.taskId, []), { status: 409, body: { code: 'quiz-being-made' } })
})

t.test('every member of the request reaches the model', async t => {
  const visitor = begin(completion => completion.delta(quizJson(question(1, 2))).finish())
  const request = {
    topic: '물의 순환',
    material: '물은 증발한다.',
    questionCount: 1,
    difficulty: 'hard',
    choices: 2,
  } as const
  const id = await visitor.submit('/api/quizzes', request)
  await visitor.finished(id)
  t.same(upstream.completions[0]?.body.messages, quizPrompt(request))
  const { createdAt } = await visitor.task(id)
  const { question: text, choices } = question(1, 2)
  t.same(await quiz(visitor, id), {
    id,
    topic: '물의 순환',
    difficulty: 'hard',
    questionCount: 1,
    status: 'completed',
    createdAt,
    questions: [{ index: 0, question: text, choices }],
    attempts: [],
  })
})

t.test('with Accept: text/event-stream the answer is the stream', async t => {
  const visitor = begin(writing(1, 2, 3))
  const watcher = await visitor.watch('/api/quizzes', {
    request: { method: 'POST', body: JSON.stringify(three), headers: { 'content-type': 'application/json' } },
  })
  await watcher.ended
  t.equal(watcher.response.status, 200)
  t.same(questionsIn(watcher.transcript), [shown(1, 0), shown(2, 1), shown(3, 2)])
  t.ok(watcher.transcript.done)
})

t.test('a mistake in a request is pointed at, and no task is created', async t => {
  const visitor = begin(() => {})
  const wrong: [object, string][] = [
    [{ topic: undefined }, '/topic'],
    [{ topic: '' }, '/topic'],
    [{ topic: ' \n' }, '/topic'],
    [{ topic: '가'.repeat(201) }, '/topic'],
    [{ material: '' }, '/material'],
    [{ material: ' ' }, '/material'],
    [{ material: '가'.repeat(20_001) }, '/material'],
    [{ questionCount: 0 }, '/questionCount'],
    [{ questionCount: 21 }, '/questionCount'],
    [{ questionCount: 2.5 }, '/questionCount'],
    [{ questionCount: '3' }, '/questionCount'],
    [{ difficulty: 'Easy' }, '/difficulty'],
    [{ choices: 1 }, '/choices'],
    [{ choices: 7 }, '/choices'],
    [{ questions: [] }, '/questions'],
  ]
  for (const [members, pointer] of wrong) {
    const { status, headers, body } = await visitor.json('POST', '/api/quizzes', { ...three, ...members })
    t.equal(status, 400, `${pointer} ${JSON.stringify(members).slice(0, 40)}`)
    t.match(headers.get('content-type'), /^application\/problem\+json/)
    t.match(body, { code: 'invalid-request', errors: [{ pointer }] })
  }
  t.same((await visitor.json('GET', '/api/tasks')).body.items, [])
  t.equal(upstream.completions.length, 0)
})

t.test('the longest quiz, of odd characters, is returned as it was written', async t => {
  const odd = '가\u2028🌊"\\```'
  const all = Array.from({ length: 20 }, (_, number) => {
    return { ...question(number, 6), question: `${odd}${number}`, explanation: odd.repeat(10) }
  })
  const visitor = begin(completion => completion.delta(quizJson(...all)).finish())
  const topic = `${odd}\u0000\ud800`.padEnd(200, '나')
  const id = await visitor.submit('/api/quizzes', { topic, material: odd, questionCount: 20, choices: 6 })
  await visitor.finished(id)
  t.equal(asksFor(upstream.completions[0] as UpstreamCompletion), 20)
  await attempt(visitor, id, Array(20).fill(5))
  const { questions, ...rest } = await quiz(visitor, id)
  t.equal(rest.topic, topic)
  t.same(
    questions,
    all.map((one, index) => ({ index, ...one })),
  )
})

t.test('an attempt is graded, and the response has the right answers and why', async t => {
  const visitor = begin(writing(1, 2, 3))
  const id = await made(visitor)
  const { status, body } = await attempt(visitor, id, [1, 0, null])
  t.equal(status, 201)
  t.match(body, { id: /^[0-9a-f-]{36}$/, createdAt: /^20.*Z$/ })
  t.same(
    { ...body, id: undefined, createdAt: undefined },
    {
      id: undefined,
      createdAt: undefined,
      score: 1,
      total: 3,
      results: [1, 2, 3].map((number, index) => {
        const { answer, explanation } = question(number)
        return { index, correct: index === 0, answer, explanation }
      }),
    },
  )
})

t.test('once taken, even without answers, a quiz shows its answers and how it was taken', async t => {
  const visitor = begin(writing(1, 2, 3))
  const id = await made(visitor)
  const first = await attempt(visitor, id, [null, null, null])
  t.equal(first.body.score, 0)
  const second = await attempt(visitor, id, [1, 2, 3])
  t.equal(second.body.score, 3)
  const { questions, attempts } = await quiz(visitor, id)
  t.same(
    questions,
    [1, 2, 3].map((number, index) => ({ index, ...question(number) })),
  )
  t.same(attempts, [
    { id: first.body.id, score: 0, total: 3, answers: [null, null, null], createdAt: first.body.createdAt },
    { id: second.body.id, score: 3, total: 3, answers: [1, 2, 3], createdAt: second.body.createdAt },
  ])
})

t.test('answers that do not fit the questions are refused, and the quiz stays untaken', async t => {
  const visitor = begin(writing(1, 2, 3))
  const id = await made(visitor)
  for (const answers of [[], [0, 0], [0, 0, 0, 0]]) {
    const refused = await attempt(visitor, id, answers)
    t.match(refused, { status: 422, body: { code: 'wrong-number-of-answers', questions: 3 } })
  }
  t.match(await attempt(visitor, id, [0, 4, 0]), {
    status: 422,
    body: { code: 'no-such-choice', question: 1, choices: 4 },
  })
  for (const answers of [undefined, 'abc', [0, 0, -1], [0, 0, 1.5], [0, 0, '1'], [0, 0, 6], Array(21).fill(0)]) {
    const refused = await attempt(visitor, id, answers)
    t.match(refused, { status: 400, body: { code: 'invalid-request' } }, JSON.stringify(answers))
  }
  t.match(await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [0, 0, 0], score: 3 }), { status: 400 })
  const { questions, attempts } = await quiz(visitor, id)
  t.same(attempts, [])
  t.notMatch(JSON.stringify(questions), /answer|explanation|SECRET/)
})

t.test('attempts at the same time are all saved', async t => {
  const visitor = begin(writing(1, 2, 3))
  const id = await made(visitor)
  const all = await Promise.all(Array.from({ length: 10 }, (_, index) => attempt(visitor, id, [index % 4, null, null])))
  t.same(
    all.map(({ status }) => status),
    Array(10).fill(201),
  )
  const { attempts } = await quiz(visitor, id)
  t.same(attempts.map(attempt => attempt.id).sort(), all.map(({ body }) => body.id).sort())
})

t.test('a quiz cannot be taken while it is written again, since its questions may change', async t => {
  const visitor = begin(writing(1, 2, 3))
  const id = await made(visitor)
  upstream.answer(() => {})
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await upstream.requested(2)
  t.match(await attempt(visitor, id, [0, 0, 0]), { status: 409, body: { code: 'quiz-being-made' } })
  writing(4, 5, 6)(upstream.completions[1] as UpstreamCompletion)
  await visitor.finished(id)
  t.match(await quiz(visitor, id), { questions: [shown(4, 0), shown(5, 1), shown(6, 2)], attempts: [] })
  t.match(await attempt(visitor, id, [0, 1, 2]), { status: 201, body: { score: 3 } })
})

t.test('rewriting, taking and removing a quiz at the same time happen one after the other', async t => {
  const visitor = begin(writing(1, 2, 3))
  for (let round = 0; round < 15; round++) {
    const id = await made(visitor)
    const answers = await Promise.all([
      visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`),
      attempt(visitor, id, [0, 0, 0]),
      visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`),
      round % 3 === 0 ? visitor.json('DELETE', `/api/quizzes/${id}`) : attempt(visitor, id, [0, 0, 0]),
    ])
    t.same(
      answers.filter(({ status }) => status >= 500).map(({ body }) => body),
      [],
    )
    if (round % 3 === 0) continue
    const { attempts, questions } = await quiz(visitor, id)
    t.equal(attempts.length, answers.filter(({ status }) => status === 201).length)
    t.equal(questions.length, 3)
  }
})

t.test('the list is newest first, page by page, and shows how often and how well each was taken', async t => {
  const visitor = begin(writing(1, 2, 3))
  const ids: string[] = []
  for (const topic of ['하나', '둘', '셋', '넷', '다섯']) {
    const id = await visitor.submit('/api/quizzes', { ...three, topic })
    await visitor.finished(id)
    ids.unshift(id)
  }
  for (const answers of [
    [1, 0, 0],
    [1, 2, 0],
    [0, 0, 0],
  ])
    await attempt(visitor, ids[1] as string, answers)
  const pages = await pagesOf<QuizItem>(visitor, '/api/quizzes', 2)
  t.same(
    pages.map(page => page.map(({ id }) => id)),
    [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)],
  )
  const [newest, taken] = pages.flat()
  const { createdAt } = await quiz(visitor, ids[0] as string)
  const head = { difficulty: 'medium', questionCount: 3, status: 'completed', questions: 3 }
  t.same(newest, { id: ids[0], topic: '다섯', ...head, createdAt, attempts: 0, bestScore: null })
  t.match(taken, { topic: '넷', attempts: 3, bestScore: 2 })
  for (const [query, code] of [
    ['cursor=nonsense', 'invalid-cursor'],
    ['limit=0', 'invalid-request'],
    ['limit=101', 'invalid-request'],
  ] as const)
    t.match(await visitor.json('GET', `/api/quizzes?${query}`), { status: 400, body: { code } }, query)
})

t.test('no other owner can find out that a quiz exists', async t => {
  const visitor = begin(writing(1, 2, 3))
  const id = await made(visitor)
  const stranger = conch.visitor()
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['DELETE', '', undefined],
    ['POST', '/attempts', { answers: [0, 0, 0] }],
    ['POST', '/attempts', { answers: [0] }],
  ] as const) {
    const theirs = await stranger.json(method, `/api/quizzes/${id}${path}`, body)
    const nobodys = await stranger.json(method, `/api/quizzes/${unknownId}${path}`, body)
    t.equal(theirs.status, 404, `${method} ${path}`)
    t.same(theirs.body, nobodys.body)
  }
  t.same(await pagesOf(stranger, '/api/quizzes', 20), [[]])
  t.match(await quiz(visitor, id), { attempts: [] }, 'and it is unchanged')
  for (const other of ['nonsense', '%00']) {
    t.equal((await visitor.json('GET', `/api/quizzes/${other}`)).status, 404)
    t.equal((await attempt(visitor, other, [])).status, 404)
  }
  t.equal((await visitor.json('GET', `/api/quizzes/${id.toUpperCase()}`)).status, 200)
})

t.test("another kind's task is not a quiz", async t => {
  const visitor = begin(completion => completion.delta('글').finish())
  const id = await visitor.submit('/api/reviews', { body: '일기', type: 'FEELING' })
  await visitor.finished(id)
  t.equal((await visitor.json('GET', `/api/quizzes/${id}`)).status, 404)
  t.equal((await attempt(visitor, id, [])).status, 404)
  t.same(await pagesOf(visitor, '/api/quizzes', 20), [[]])
})

/** A new visitor; from now on the model gives these answers. */
function begin(script: Script): Visitor {
  upstream.reset(script)
  return conch.visitor()
}

/** Makes a quiz of three questions. */
async function made(visitor: Visitor): Promise<string> {
  const id = await visitor.submit('/api/quizzes', three)
  await visitor.finished(id)
  return id
}

async function quiz(visitor: Visitor, id: string): Promise<QuizBody> {
  return (await visitor.json<QuizBody>('GET', `/api/quizzes/${id}`)).body
}

function attempt(visitor: Visitor, id: string, answers: unknown) {
  return visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers })
}

function writing(...numbers: number[]): Script {
  return completion => completion.delta(quizJson(...numbers.map(number => question(number)))).finish()
}
