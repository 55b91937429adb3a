import t from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { filesWith, tablesWith } from '../support/plaintext.ts'
import { question, quizJson } from '../support/quiz.ts'
import { openRaw } from '../support/raw-database.ts'
import { asksForSummary, Talk } from '../support/talk.ts'
import { type Script, startUpstream } from '../support/upstream.ts'
import type { Visitor } from '../support/visitor.ts'

/** A word in all texts of users and the model here. */
const marker = 'MARKER-마당'

const record = {
  ...anyRecord,
  observations: `${marker} 관찰`,
  subject: `${marker} 과목`,
  label: `${marker} 표지`,
  tone: `${marker} 말투`,
  keywords: [`${marker} 낱말`],
  versions: 2,
}
const review = { body: `${marker} 일기`, type: 'FEELING' }
const quiz = { topic: `${marker} 주제`, material: `${marker} 자료`, questionCount: 1 }

const writing: Script = completion => {
  if (completion.body.response_format) completion.delta(quizJson(markedQuestion())).finish()
  else completion.delta(`${marker} 글, `, marker).finish()
}

const refusing: Script = completion => {
  completion.frame({ id: 'c', choices: [{ index: 0, delta: { refusal: marker }, finish_reason: null }] })
  completion.finish()
}

const failing: Script = ({ response }) =>
  response.writeHead(400, { 'content-type': 'application/json' }).end(`{"error":{"message":"${marker}","code":"bad"}}`)

const garbling: Script = completion => completion.delta(marker).raw(`data: {"${marker}\n\n`).response.end()

t.test('neither the database nor the log has any text of users or the model', async t => {
  const log: string[] = []
  const upstream = await startUpstream(t)
  const storage = await ownStorage(t)
  const conch = await startConch(
    t,
    { ...storage, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'trace', SUMMARY_CONCURRENCY: '1' },
    { logDestination: { write: line => void log.push(line) } },
  )
  const visitor = conch.visitor()

  upstream.reset(writing)
  const recordId = await written(visitor, '/api/records', record)
  await sent(visitor, 'PUT', `/api/records/${recordId}`, {
    ...{ output: 0, text: `${marker} 토익`, despite: `${marker} 까닭` },
    confirmed: true,
  })
  await written(visitor, '/api/reviews', review)
  const quizId = await written(visitor, '/api/quizzes', quiz)
  await sent(visitor, 'POST', `/api/quizzes/${quizId}/attempts`, { answers: [1] })
  const { body: titled } = await visitor.json<{ id: string }>('POST', '/api/conversations', { title: `${marker} 제목` })
  await written(visitor, `/api/conversations/${titled.id}/messages`, { content: `${marker} 말` })
  const talk = await Talk.begin(visitor)
  const first = await talk.say(`${marker} 첫 말`)
  t.match((await talk.summaryThat(({ pending }) => pending === 0)).text, marker)
  t.match((await talk.view()).title, marker)
  await visitor.finished(await talk.send(`${marker} 고친 말`, '', { replaces: first }))
  await talk.summaryThat(({ pending }) => pending === 0)
  t.match((await visitor.json('GET', `/api/quizzes/${quizId}`)).body, { questions: [{ explanation: marker }] })

  for (const script of [refusing, failing, garbling]) {
    upstream.reset(script)
    await written(visitor, '/api/records', record)
    await written(visitor, '/api/reviews', review)
    await written(visitor, '/api/quizzes', quiz)
    await talk.say(`${marker} 다른 말`)
  }
  upstream.reset(completion => (asksForSummary(completion) ? refusing(completion) : writing(completion)))
  await talk.say(`${marker} 끝말`)
  while (!log.some(line => line.includes('kept with the failed events'))) await visitor.fetch('/healthz')

  for (const [path, body] of [
    ['/api/reviews', { ...review, [marker]: marker }],
    ['/api/quizzes', { ...quiz, choices: marker }],
    [`/api/quizzes/${quizId}/attempts`, { answers: [marker] }],
    [`${talk.path}/messages`, { content: [marker] }],
    ['/api/conversations', { title: { marker } }],
  ] as const)
    t.equal((await visitor.json('POST', path, body)).status, 400, path)

  upstream.reset(completion => completion.delta(marker))
  await visitor.submit('/api/reviews', review)
  await visitor.submit('/api/quizzes', quiz)
  await talk.send(marker)
  await upstream.requested(3)
  await conch.close()

  t.ok(
    log.some(line => line.includes('/api/quizzes')),
    'the log was verbose',
  )
  t.same(
    log.filter(line => line.includes('MARKER') || line.includes('마당')),
    [],
  )
  const raw = await openRaw(t, storage)
  t.same(await tablesWith(raw, marker), [])
  t.ok((await tablesWith(raw, 'record')).includes('public.tasks'), 'a word that is stored in the clear is found')
  for (const queue of ['tasks', 'outbox', 'events.conversation-summary', 'events.library', 'events.statistics']) {
    const [kept] = await raw.query('select count(*)::int as jobs from pgboss.job where name = $1', [queue])
    t.ok(Number(kept?.jobs) > 0, `jobs of ${queue} were searched, too`)
  }
  const [failed] = await raw.query('select count(*)::int as events from failed_events')
  t.ok(Number(failed?.events) > 0, 'and failed events')
  await raw.close()
  if (storage.DATABASE_URL) return
  t.same(await filesWith(storage.DATA_DIR, marker), [])
  t.ok((await filesWith(storage.DATA_DIR, 'preparing')).length > 0, 'a word that is stored in the clear is found')
})

/** Waits until it is written, with any end. */
async function written(visitor: Visitor, path: string, body: unknown): Promise<string> {
  const id = await visitor.submit(path, body)
  await visitor.finished(id)
  return id
}

async function sent(visitor: Visitor, method: string, path: string, body: unknown): Promise<void> {
  const { status } = await visitor.json(method, path, body)
  if (status >= 300) throw new Error(`${method} ${path}: ${status}`)
}

function markedQuestion() {
  const plain = question(1)
  return {
    question: `${marker} ${plain.question}`,
    choices: plain.choices.map(choice => `${marker} ${choice}`),
    answer: plain.answer,
    explanation: `${marker} 해설`,
  }
}
