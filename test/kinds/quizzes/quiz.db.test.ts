import t, { type Test } from 'tap'
import { ownStorage, startConch } from '../../support/conch.ts'
import { asksFor, type QuizBody, question, questionsIn, quizJson, shown } from '../../support/quiz.ts'
import { startServer } from '../../support/server-process.ts'
import type { Transcript } from '../../support/transcript.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../../support/upstream.ts'
import { Visitor } from '../../support/visitor.ts'

const three = { topic: '세계의 수도', questionCount: 3 }

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

t.test('each question is sent as soon as it is complete, while the model still writes', async t => {
  const visitor = begin(() => {})
  const id = await visitor.submit('/api/quizzes', three)
  const watcher = await visitor.watchTask(id)
  await upstream.requested(1)
  const [completion] = upstream.completions as [UpstreamCompletion]
  completion.delta('{"questions":[')
  for (const number of [1, 2, 3]) {
    const json = JSON.stringify(question(number))
    completion.delta(json.slice(0, 20), json.slice(20, -1))
    if (number > 1) completion.delta('')
    completion.delta(`}${number === 3 ? ']}' : ','}`)
    await watcher.until(transcript => questionsIn(transcript).length === number)
    t.same(
      questionsIn(watcher.transcript),
      [1, 2, 3].slice(0, number).map((number, index) => shown(number, index)),
    )
    t.match(await visitor.task(id), { status: 'running', stage: 'generating', outputs: [{ text: '' }] })
  }
  completion.finish()
  await watcher.ended
  const { chunks, done } = watcher.transcript
  t.ok(done)
  t.same(chunks.at(-1), { type: 'finish', finishReason: 'stop' })
  t.same(
    chunks.filter(({ type }) => type === 'data-question').map(({ id }) => id),
    ['question-0', 'question-1', 'question-2'],
  )
  t.notOk(chunks.some(({ type }) => type.startsWith('text-')))
  t.match(await visitor.task(id), { kind: 'quiz', status: 'completed', outputs: [{ status: 'completed', text: '' }] })
})

t.test('nothing that a client gets before the quiz was taken shows an answer', async t => {
  const visitor = begin(completion => completion.delta(quizJson(question(1), question(2))))
  const watchers = [
    await visitor.watch('/api/quizzes', {
      request: { method: 'POST', body: JSON.stringify(three), headers: { 'content-type': 'application/json' } },
    }),
  ]
  const id = watchers[0]?.response.headers.get('x-task-id') as string
  await watchers[0]?.until(transcript => questionsIn(transcript).length === 2)
  watchers.push(await visitor.watchTask(id))
  const answers = [await text(`/api/tasks/${id}`), await text('/api/tasks')]
  upstream.answer(completion => completion.delta(quizJson(question(3))).finish())
  upstream.completions[0]?.finish()
  await Promise.all(watchers.map(({ ended }) => ended))
  watchers.push(await visitor.watchTask(id), await visitor.watchTask(id, '1-3'))
  await Promise.all(watchers.map(({ ended }) => ended))
  for (const path of [`/api/tasks/${id}`, '/api/tasks', `/api/quizzes/${id}`, '/api/quizzes'])
    answers.push(await text(path))
  for (const seen of [...answers, ...watchers.map(({ raw }) => raw)]) {
    t.ok(seen.length > 0)
    t.notMatch(seen, /answer|explanation|SECRET/)
  }

  async function text(path: string): Promise<string> {
    return (await visitor.fetch(path)).text()
  }
})

t.test('a reader who reconnects misses nothing and gets nothing twice, at whichever event it left', async t => {
  const visitor = begin(completion => completion.delta(quizJson(question(1), question(2), question(3)).slice(0, -2)))
  const id = await visitor.submit('/api/quizzes', three)
  const first = await visitor.watchTask(id)
  await first.until(transcript => questionsIn(transcript).length === 3)
  const { ids } = first.transcript
  const back = await Promise.all(ids.map(cursor => visitor.watchTask(id, cursor)))
  upstream.completions[0]?.delta(']}').finish()
  await Promise.all([first, ...back].map(({ ended }) => ended))
  const { chunks } = first.transcript
  for (const [index, cursor] of ids.entries()) {
    // Attempt 0 is the same for all readers, and the first attempt follows it at once.
    const next = cursor.startsWith('0-') ? ids.findIndex(id => id.startsWith('1-')) : index + 1
    if (index < back.length) t.same(back[index]?.transcript.chunks, chunks.slice(next), cursor)
    const late = await visitor.watchTask(id, cursor)
    await late.ended
    if (next === ids.length) t.equal(late.response.status, 204)
    else t.same(late.transcript.chunks, chunks.slice(next), `${cursor}, when it has ended`)
  }
})

t.test('a repair asks for the missing questions, and nothing else', async t => {
  const wrong: [string, Script][] = [
    ['too few', completion => completion.delta(quizJson(question(1))).finish()],
    ['the limit was reached', completion => completion.delta(cut()).finish('length')],
    ['cut off', completion => completion.delta(cut()).response.end()],
    [
      'invalid',
      completion => completion.delta(quizJson(question(1), { ...question(2), answer: 4 }, question(1))).finish(),
    ],
  ]
  for (const [name, script] of wrong) {
    const visitor = begin(completion => {
      if (upstream.completions.length === 1) return script(completion)
      completion.delta(quizJson(question(4), question(5), question(6))).finish()
    })
    const { id, transcript } = await made(visitor)
    t.same(upstream.completions.map(asksFor), [3, 2], name)
    const [asked, again] = upstream.completions.map(({ body }) =>
      body.messages.map(({ content }) => content).join('\n'),
    )
    t.notMatch(asked, '질문 1?')
    t.match(again, '질문 1?')
    t.same(questionsIn(transcript), [shown(1, 0), shown(4, 1), shown(5, 2)])
    t.match(await visitor.task(id), {
      status: 'completed',
      outputs: [
        { status: 'completed', usage: name === 'cut off' ? { estimated: true } : { inputTokens: 18, outputTokens: 4 } },
      ],
    })
    t.match(await quiz(visitor, id), { status: 'completed', questions: { length: 3 } })
  }

  function cut(): string {
    return quizJson(question(1), question(2)).slice(0, -20)
  }
})

t.test('after two repairs a quiz is incomplete with its valid questions', async t => {
  const visitor = begin(completion => completion.delta(quizJson(question(1), question(2))).finish())
  const { id, transcript } = await made(visitor)
  t.same(upstream.completions.map(asksFor), [3, 1, 1])
  t.same(transcript.chunks.at(-1), { type: 'finish', finishReason: 'other' })
  t.match(await visitor.task(id), {
    status: 'incomplete',
    outputs: [{ status: 'incomplete', error: { code: 'invalid' } }],
  })
  t.match(await quiz(visitor, id), { status: 'incomplete', questionCount: 3, questions: { length: 2 } })
  const taken = await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [1, 1] })
  t.match(taken, { status: 201, body: { score: 1, total: 2 } }, 'it can still be taken')
})

t.test('without any valid question the task fails, and the quiz says why', async t => {
  const visitor = begin(completion => completion.delta('죄송하지만 SECRET 만들 수 없습니다.').finish())
  const { id, transcript } = await made(visitor)
  t.equal(upstream.completions.length, 3)
  t.match(transcript.chunks.at(-1), { type: 'error', errorText: /0 of 3/ })
  t.match(await visitor.task(id), { status: 'failed', error: { code: 'invalid' } })
  t.match(await quiz(visitor, id), { status: 'failed', questions: [], error: { code: 'invalid' } })
  const { body } = await visitor.json('GET', '/api/quizzes')
  t.match(body, { items: [{ id, status: 'failed', questions: 0, attempts: 0, bestScore: null }], nextCursor: null })
  const taken = await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [] })
  t.match(taken, { status: 409, body: { code: 'quiz-empty' } })
})

t.test('a refusal of the model is not repaired', async t => {
  const visitor = begin(completion => {
    completion.frame({ id: 'c', choices: [{ index: 0, delta: { refusal: '안 됩니다.' }, finish_reason: null }] })
    completion.finish()
  })
  const { id } = await made(visitor)
  t.equal(upstream.completions.length, 1)
  t.match(await visitor.task(id), { status: 'failed', error: { code: 'refused', detail: '안 됩니다.' } })
})

t.test('a quiz cancelled in the middle keeps its valid questions, if any', async t => {
  const visitor = begin(completion => completion.delta(quizJson(question(1), question(2)).slice(0, -20)))
  const some = await visitor.submit('/api/quizzes', three)
  const watcher = await visitor.watchTask(some)
  await watcher.until(transcript => questionsIn(transcript).length === 1)
  await visitor.json('POST', `/api/tasks/${some}/cancel`)
  await watcher.ended
  await upstream.completions[0]?.abandoned
  t.match(watcher.transcript.chunks.at(-1), { type: 'abort' })
  t.match(await visitor.task(some), {
    status: 'cancelled',
    outputs: [{ status: 'cancelled', usage: { estimated: true } }],
  })
  t.match(await quiz(visitor, some), { status: 'cancelled', questions: [shown(1, 0)] })

  upstream.reset(() => {})
  const none = await visitor.submit('/api/quizzes', three)
  await upstream.requested(1)
  await visitor.json('POST', `/api/tasks/${none}/cancel`)
  await visitor.finished(none)
  t.match(await quiz(visitor, none), { status: 'cancelled', questions: [] })
  t.equal(upstream.completions.length, 1, 'no repair is tried')
})

t.test('a quiz that is written again has the new questions instead of the old ones', async t => {
  const visitor = begin(writing(1, 2, 3))
  const { id, transcript } = await made(visitor)
  upstream.answer(() => {})
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await upstream.requested(2)
  t.match((await quiz(visitor, id)).questions, [shown(1, 0), {}, {}], 'the old ones are there until then')
  const watcher = await visitor.watchTask(id, transcript.lastId)
  writing(4, 5, 6)(upstream.completions[1] as UpstreamCompletion)
  await watcher.ended
  t.match(watcher.transcript.chunks[0], { type: 'data-reset', data: { reason: 'new-attempt' } })
  const replaced = [shown(4, 0), shown(5, 1), shown(6, 2)]
  t.same(questionsIn(watcher.transcript), replaced)
  t.same((await quiz(visitor, id)).questions, replaced)
})

t.test('a quiz that is written again in vain keeps the old questions', async t => {
  const visitor = begin(writing(1, 2, 3))
  const { id } = await made(visitor)
  upstream.answer(({ response }) => response.writeHead(401).end())
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  t.match((await visitor.finished(id)).chunks.at(-1), { type: 'error' })
  t.match(await quiz(visitor, id), { status: 'failed', questions: [shown(1, 0), {}, {}], error: { code: 'rejected' } })
})

t.test('a quiz that was taken is not written again', async t => {
  const visitor = begin(writing(1, 2, 3))
  const { id } = await made(visitor)
  await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [null, null, null] })
  const refused = await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  t.match(refused, { status: 409, body: { code: 'quiz-taken' } })
  t.match(await visitor.task(id), { status: 'completed', attempt: 1 })
  t.equal(upstream.completions.length, 1)
})

t.test('servers that know no response_format get the request in words alone', async t => {
  const { upstream, conch } = await own(t, ({ body, response }) => {
    const type = body.response_format?.type
    if (type) return response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}')
    writing(1, 2, 3)(upstream.completions.at(-1) as UpstreamCompletion)
  })
  const visitor = conch.visitor()
  const { id, transcript } = await made(visitor)
  const forms = () => upstream.completions.map(({ body }) => body.response_format?.type)
  t.same(forms(), ['json_schema', 'json_object', undefined])
  t.equal(questionsIn(transcript).length, 3)
  t.match(await visitor.task(id), { status: 'completed' })
  await made(visitor)
  t.same(forms().slice(3), [undefined], 'and at once the next time')
})

t.test('when its log is no longer in memory, its questions are sent from what was saved', async t => {
  const { upstream, conch, storage } = await own(t, writing(1, 2, 3))
  const visitor = conch.visitor()
  const { id, transcript } = await made(visitor)
  upstream.answer(completion => completion.delta(quizJson(question(7))))
  const cancelled = await visitor.submit('/api/quizzes', three)
  const watcher = await visitor.watchTask(cancelled)
  await watcher.until(transcript => questionsIn(transcript).length === 1)
  await visitor.json('POST', `/api/tasks/${cancelled}/cancel`)
  await watcher.ended
  await conch.close()

  const second = await startConch(t, { ...storage, OPENAI_BASE_URL: upstream.baseUrl })
  const later = new Visitor(second.url, visitor.cookie)
  const fresh = await later.finished(id)
  t.same(questionsIn(fresh), [shown(1, 0), shown(2, 1), shown(3, 2)])
  t.same(fresh.chunks.at(-1), { type: 'finish', finishReason: 'stop' })
  t.equal(fresh.lastId, transcript.lastId)
  for (const cursor of transcript.ids) {
    const back = await later.watchTask(id, cursor)
    await back.ended
    if (cursor === transcript.lastId) {
      t.equal(back.response.status, 204)
      continue
    }
    // All readers have the same events of attempt 0.
    const reset = cursor.startsWith('0-') ? [] : [{ type: 'data-reset', data: { reason: 'cursor' }, transient: true }]
    t.same(back.transcript.chunks, [...reset, ...fresh.chunks], cursor)
    t.notMatch(back.raw, /answer|explanation|SECRET/)
  }
  const aborted = await later.finished(cancelled)
  t.same(questionsIn(aborted), [shown(7, 0)])
  t.match(aborted.chunks.at(-1), { type: 'abort' })
  t.equal((await later.watchTask(cancelled, watcher.transcript.lastId)).response.status, 204)
})

t.test('the end of a quiz that was written again in vain is known by its id, also from what was saved', async t => {
  const { upstream, conch, storage } = await own(t, writing(1, 2, 3, 4, 5, 6, 7, 8))
  const visitor = conch.visitor()
  const ids: string[] = []
  while (ids.length < 2) ids.push(await visitor.submit('/api/quizzes', { ...three, questionCount: 8 }))
  for (const id of ids) await visitor.finished(id)
  const [failed, cancelled] = ids as [string, string]
  upstream.reset(({ response }) => response.writeHead(401).end())
  await visitor.json('POST', `/api/tasks/${failed}/outputs/0/retry`)
  const ends = [(await visitor.finished(failed)).lastId]
  upstream.reset(() => {})
  await visitor.json('POST', `/api/tasks/${cancelled}/outputs/0/retry`)
  await upstream.requested(1)
  await visitor.json('POST', `/api/tasks/${cancelled}/cancel`)
  ends.push((await visitor.finished(cancelled)).lastId)
  await conch.close()
  const second = await startConch(t, { ...storage, OPENAI_BASE_URL: upstream.baseUrl })
  const later = new Visitor(second.url, visitor.cookie)
  for (const [index, id] of ids.entries()) {
    const back = await later.watchTask(id, ends[index])
    t.equal(back.response.status, 204)
    back.leave()
  }
})

t.test('killed with -9 in the middle, the next process starts the quiz over', async t => {
  const upstream = await startUpstream(t, completion =>
    completion.delta(quizJson(question(1), question(2)).slice(0, -2)),
  )
  const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
  const first = await startServer(env)
  t.teardown(() => first.kill('SIGKILL'))
  const before = new Visitor(first.url)
  const id = await before.submit('/api/quizzes', three)
  const watcher = await before.watchTask(id)
  await watcher.until(transcript => questionsIn(transcript).length === 2)
  await first.kill('SIGKILL')
  await watcher.ended
  t.notOk(watcher.transcript.done)

  upstream.answer(writing(4, 5, 6))
  const second = await startConch(t, env)
  const after = new Visitor(second.url, before.cookie)
  const again = await after.watchTask(id, watcher.transcript.lastId)
  await again.ended
  t.match(again.transcript.chunks[0], { type: 'data-reset', data: { reason: 'new-attempt' } })
  t.ok(again.transcript.done)
  const replaced = [shown(4, 0), shown(5, 1), shown(6, 2)]
  t.same(questionsIn(again.transcript), replaced)
  t.same((await quiz(after, id)).questions, replaced)
  t.match(await after.task(id), { status: 'completed', attempt: 2 })
})

/** A new visitor; from now on the model gives these answers. */
function begin(script: Script): Visitor {
  upstream.reset(script)
  return conch.visitor()
}

async function own(t: Test, script: Script) {
  const upstream = await startUpstream(t, script)
  const storage = await ownStorage(t)
  return { upstream, storage, conch: await startConch(t, { ...storage, OPENAI_BASE_URL: upstream.baseUrl }) }
}

/** Makes a quiz of three questions. */
async function made(visitor: Visitor): Promise<{ id: string; transcript: Transcript }> {
  const id = await visitor.submit('/api/quizzes', three)
  return { id, transcript: await visitor.finished(id) }
}

async function quiz(visitor: Visitor, id: string): Promise<QuizBody> {
  return (await visitor.json<QuizBody>('GET', `/api/quizzes/${id}`)).body
}

function writing(...numbers: number[]): Script {
  return completion => completion.delta(quizJson(...numbers.map(number => question(number)))).finish()
}
