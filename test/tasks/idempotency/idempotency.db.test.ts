import t, { type Test } from 'tap'
import { anyRecord } from '../../support/any-record.ts'
import { briefly } from '../../support/briefly.ts'
import { type Conch, ownStorage, startConch } from '../../support/conch.ts'
import { testDatabaseUrl } from '../../support/database.ts'
import { scrape } from '../../support/metrics.ts'
import { filesWith, tablesWith } from '../../support/plaintext.ts'
import { question, questionsIn, quizJson } from '../../support/quiz.ts'
import { openRaw } from '../../support/raw-database.ts'
import { asksForSummary, Talk } from '../../support/talk.ts'
import { type Script, startUpstream, type Upstream } from '../../support/upstream.ts'
import { Visitor } from '../../support/visitor.ts'

const review = { body: '오늘의 일기', type: 'FEELING' }
const quiz = { topic: '태양계', questionCount: 1 }

/** A POST that creates a task, and variants each of which is another request. */
interface Kind {
  name: string
  begin(visitor: Visitor): Promise<{ path: string; body: Record<string, unknown>; others: [string, object][] }>
}

const kinds: Kind[] = [
  {
    name: 'record',
    begin: async () => ({
      path: '/api/records',
      body: { ...anyRecord, versions: 1 },
      others: [
        ['/api/records', { ...anyRecord, versions: 2 }],
        ['/api/reviews', review],
      ],
    }),
  },
  {
    name: 'review',
    begin: async () => ({
      path: '/api/reviews',
      body: review,
      others: [
        ['/api/reviews', { ...review, body: '다른 일기' }],
        ['/api/quizzes', quiz],
      ],
    }),
  },
  {
    name: 'quiz',
    begin: async () => ({
      path: '/api/quizzes',
      body: quiz,
      others: [
        ['/api/quizzes', { ...quiz, topic: '은하' }],
        ['/api/records', anyRecord],
      ],
    }),
  },
  {
    name: 'turn',
    async begin(visitor) {
      const [{ path }, another] = [await Talk.begin(visitor), await Talk.begin(visitor)]
      const content = '안녕하세요'
      return {
        path: `${path}/messages`,
        body: { content },
        others: [
          [`${path}/messages`, { content: '다른 말' }],
          [`${path}/messages`, { content, replaces: another.id }],
          [`${path}/messages?onBusy=cancel`, { content }],
          [`${another.path}/messages`, { content }],
          ['/api/reviews', review],
        ],
      }
    },
  },
]

/** One for all tests that want no settings of their own: each has visitors of its own. */
let shared: { conch: Conch; upstream: Upstream }
t.before(async () => {
  const upstream = await startUpstream(t)
  shared = { upstream, conch: await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl }) }
})

for (const { name, begin } of kinds) {
  t.test(
    `${name}: a repeated request gets the first answer and creates nothing, whatever the state of the task`,
    async t => {
      const { visitor, upstream, calls, asked } = await conchWith(t, () => {})
      const { path, body } = await begin(visitor)
      const first = await post(visitor, path, body, 'a-key')
      t.equal(first.status, 202)
      const id = first.body.taskId
      await asked(1)
      t.same(await post(visitor, path, body, 'a-key'), first, 'while it runs')
      upstream.answer(writing)
      for (const completion of upstream.completions) writing(completion)
      await visitor.finished(id)
      t.same(await post(visitor, path, body, '"a-key"'), first, 'when it has ended, and with quotes')
      const reversed = Object.fromEntries(Object.entries(body).reverse())
      t.same(await post(visitor, path, reversed, 'a-key'), first, 'with its members in another order')
      t.equal((await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 202)
      await visitor.finished(id)
      t.same(await post(visitor, path, body, 'a-key'), first, 'when it has been written again')
      t.equal(calls(), 2)
      t.same(await tasksOf(visitor), [id])
    },
  )

  t.test(`${name}: another request with the same key is refused and creates nothing`, async t => {
    const { visitor, calls } = await conchWith(t)
    const { path, body, others } = await begin(visitor)
    const first = await post(visitor, path, body, 'a-key')
    await visitor.finished(first.body.taskId)
    for (const [otherPath, other] of others) {
      const refused = await post(visitor, otherPath, other, 'a-key')
      t.match(
        refused,
        { status: 422, body: { code: 'idempotency-key-reused' } },
        `${otherPath} ${JSON.stringify(other)}`,
      )
    }
    t.same(await post(visitor, path, body, 'a-key'), first)
    t.same(await tasksOf(visitor), [first.body.taskId])
    t.equal(calls(), 1)
  })

  t.test(`${name}: twenty equal requests at the same moment make one task and one request to the model`, async t => {
    const { visitor, calls } = await conchWith(t)
    const { path, body } = await begin(visitor)
    await visitor.fetch('/api/tasks')
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(visitor, path, body, 'a-key')))
    const [first] = answers
    for (const answer of answers) t.same(answer, first)
    t.equal(first?.status, 202)
    const id = String(first?.body.taskId)
    await visitor.finished(id)
    t.same(await tasksOf(visitor), [id])
    t.equal(calls(), 1)
  })

  t.test(`${name}: a repeated request with Accept: text/event-stream is the stream of that task`, async t => {
    const { visitor, upstream, calls, asked } = await conchWith(t, () => {})
    const { path, body } = await begin(visitor)
    const request = { method: 'POST', body: JSON.stringify(body), headers: headersWith('a-key') }
    const first = await visitor.watch(path, { request })
    await asked(1)
    const second = await visitor.watch(path, { request })
    for (const completion of upstream.completions) writing(completion)
    await Promise.all([first.ended, second.ended])
    const third = await visitor.watch(path, { request })
    await third.ended
    for (const { response, transcript } of [second, third]) {
      t.equal(response.status, 200)
      t.equal(response.headers.get('location'), first.response.headers.get('location'))
      t.equal(transcript.text(0), first.transcript.text(0))
      t.same(questionsIn(transcript), questionsIn(first.transcript))
      t.ok(transcript.done)
    }
    t.equal(calls(), 1)
  })

  t.test(
    `${name}: two instances that get the request at the same moment answer with one task`,
    { skip: !testDatabaseUrl },
    async t => {
      const upstream = await startUpstream(t, writing)
      const storage = await ownStorage(t)
      const env = { ...storage, OPENAI_BASE_URL: upstream.baseUrl }
      const [one, two] = [await startConch(t, env), await startConch(t, env)]
      const visitor = one.visitor()
      const { path, body } = await begin(visitor)
      await visitor.fetch('/api/tasks')
      const posts = [visitor, sameAt(two, visitor)].flatMap(at =>
        Array.from({ length: 10 }, () => post(at, path, body, 'a-key')),
      )
      const answers = await Promise.all(posts)
      for (const answer of answers) t.same(answer, answers[0])
      t.equal(answers[0]?.status, 202)
      await visitor.finished(String(answers[0]?.body.taskId))
      t.equal((await tasksOf(visitor)).length, 1)
      t.equal(upstream.completions.filter(completion => !asksForSummary(completion)).length, 1)
    },
  )
}

t.test('a repeated message is in its conversation once, and neither waits for its own reply nor stops it', async t => {
  const { visitor, upstream, asked } = await conchWith(t, () => {})
  const talk = await Talk.begin(visitor)
  for (const [index, onBusy] of ['reject', 'queue', 'cancel'].entries()) {
    const path = `${talk.path}/messages?onBusy=${onBusy}`
    const sent = await post(visitor, path, { content: onBusy }, onBusy)
    await asked(index + 1)
    t.same(await post(visitor, path, { content: onBusy }, onBusy), sent)
    t.match(await visitor.task(sent.body.taskId), { status: 'running' })
    for (const completion of upstream.completions) if (!completion.response.writableEnded) writing(completion)
    await visitor.finished(sent.body.taskId)
  }
  const { messages } = await talk.view()
  t.same(
    messages.filter(({ role }) => role === 'user').map(({ content }) => content),
    ['reject', 'queue', 'cancel'],
  )
})

t.test('a repeated edit of a message removes nothing more', async t => {
  const { visitor } = await conchWith(t)
  const talk = await Talk.begin(visitor)
  const replaces = await talk.say('말')
  const edited = await post(visitor, `${talk.path}/messages`, { content: '고친 말', replaces }, 'edit')
  await visitor.finished(edited.body.taskId)
  await talk.say('다음 말')
  t.same(await post(visitor, `${talk.path}/messages`, { content: '고친 말', replaces }, 'edit'), edited)
  t.same(
    (await talk.view()).messages.filter(({ role }) => role === 'user').map(({ content }) => content),
    ['고친 말', '다음 말'],
  )
})

t.test('a full queue refuses no repetition', async t => {
  const { visitor, upstream, asked } = await conchWith(t, () => {}, { MAX_RUNNING_OUTPUTS: '1', MAX_QUEUED_TASKS: '1' })
  await post(visitor, '/api/reviews', { ...review, body: '먼저' }, 'running')
  await asked(1)
  // The last free place, for the first of them.
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(visitor, '/api/reviews', review, 'waiting')))
  for (const answer of answers) t.same(answer, answers[0])
  t.equal(answers[0]?.status, 202)
  t.match(await post(visitor, '/api/reviews', review, 'no-room'), { status: 503, body: { code: 'queue-full' } })
  t.same(await post(visitor, '/api/reviews', review, 'waiting'), answers[0])
  upstream.answer(writing)
  for (const completion of upstream.completions) writing(completion)
  await visitor.finished(String(answers[0]?.body.taskId))
  t.equal((await post(visitor, '/api/reviews', review, 'no-room')).status, 202, 'a refused request leaves its key free')
})

t.test('repetitions take no places of the queue', async t => {
  const { visitor, asked } = await conchWith(t, () => {}, { MAX_RUNNING_OUTPUTS: '1', MAX_QUEUED_TASKS: '3' })
  await post(visitor, '/api/reviews', { ...review, body: '먼저' }, 'running')
  await asked(1)
  for (let times = 0; times < 10; times++) await post(visitor, '/api/reviews', review, 'waiting')
  for (const key of ['second', 'third']) t.equal((await post(visitor, '/api/reviews', review, key)).status, 202, key)
})

t.test('a refused message leaves its key free', async t => {
  const { visitor, upstream, asked } = await conchWith(t, () => {})
  const talk = await Talk.begin(visitor)
  const path = `${talk.path}/messages`
  const running = await post(visitor, path, { content: '먼저' }, 'first')
  await asked(1)
  t.match(await post(visitor, path, { content: '나중' }, 'second'), {
    status: 409,
    body: { code: 'conversation-busy' },
  })
  upstream.answer(writing)
  for (const completion of upstream.completions) writing(completion)
  await visitor.finished(running.body.taskId)
  t.equal((await post(visitor, path, { content: '나중' }, 'second')).status, 202)
})

t.test('a removed task gives its key back', async t => {
  const { visitor } = await conchWith(t)
  const first = await post(visitor, '/api/reviews', review, 'a-key')
  await visitor.finished(first.body.taskId)
  await visitor.json('DELETE', `/api/reviews/${first.body.taskId}`)
  const second = await post(visitor, '/api/reviews', { ...review, body: '다른 일기' }, 'a-key')
  t.equal(second.status, 202)
  t.not(second.body.taskId, first.body.taskId)

  const talk = await Talk.begin(visitor)
  const message = await post(visitor, `${talk.path}/messages`, { content: '말' }, 'message')
  await visitor.finished(message.body.taskId)
  await talk.send('고친 말', '', { replaces: message.body.taskId })
  const again = await post(visitor, `${talk.path}/messages?onBusy=queue`, { content: '말' }, 'message')
  t.equal(again.status, 202)
  t.not(again.body.taskId, message.body.taskId)
})

t.test('later changes to the content do not matter: a record that was confirmed', async t => {
  const { visitor } = await conchWith(t)
  const record = { ...anyRecord, versions: 1 }
  const first = await post(visitor, '/api/records', record, 'a-key')
  await visitor.finished(first.body.taskId)
  const confirmed = { output: 0, text: '고친 글', confirmed: true }
  t.equal((await visitor.json('PUT', `/api/records/${first.body.taskId}`, confirmed)).status, 200)
  t.same(await post(visitor, '/api/records', record, 'a-key'), first)
})

t.test('a key stands for the request as it was sent, not for what is kept of it', async t => {
  const { visitor } = await conchWith(t)
  const record = { ...anyRecord, versions: 1, targetBytes: 9000 }
  const first = await post(visitor, '/api/records', record, 'a-key')
  // Both are kept with the limit as their target, and with the school year of today.
  const other = await post(visitor, '/api/records', { ...record, targetBytes: 8000 }, 'a-key')
  t.match(other, { status: 422, body: { code: 'idempotency-key-reused' } })
  t.same(await post(visitor, '/api/records', record, 'a-key'), first)
  await visitor.finished(first.body.taskId)
})

t.test('keys belong to their owners', async t => {
  const { conch, visitor, calls } = await conchWith(t)
  const mine = await post(visitor, '/api/reviews', review, 'a-key')
  const other = conch.visitor()
  const theirs = await post(other, '/api/reviews', { ...review, body: '남의 일기' }, 'a-key')
  t.equal(theirs.status, 202)
  t.not(theirs.body.taskId, mine.body.taskId)
  await Promise.all([visitor.finished(mine.body.taskId), other.finished(theirs.body.taskId)])
  t.equal(calls(), 2)
})

t.test('without a key, the same request twice is two tasks', async t => {
  const { visitor } = await conchWith(t)
  const ids = [await visitor.submit('/api/reviews', review), await visitor.submit('/api/reviews', review)]
  t.same((await tasksOf(visitor)).sort(), ids.sort())
})

t.test('an invalid key is refused by every route, and creates nothing', async t => {
  const { visitor } = await conchWith(t)
  for (const { begin } of kinds) {
    const { path, body } = await begin(visitor)
    for (const key of ['two words', '"', 'x'.repeat(256)])
      t.match(await post(visitor, path, body, key), {
        status: 400,
        body: { code: 'invalid-request', errors: [{ in: 'headers', pointer: '/idempotency-key' }] },
      })
  }
  t.same(await tasksOf(visitor), [])
})

t.test('the description names the header on each of these routes', async t => {
  const { visitor } = await conchWith(t)
  const { body } = await visitor.json<{ paths: Record<string, Record<string, { parameters?: object[] }>> }>(
    'GET',
    '/docs/json',
  )
  const named = Object.entries(body.paths).filter(([, { post: route }]) =>
    route?.parameters?.some(parameter => 'name' in parameter && parameter.name === 'idempotency-key'),
  )
  t.same(named.map(([path]) => path).sort(), [
    '/api/conversations/{id}/messages',
    '/api/quizzes',
    '/api/records',
    '/api/reviews',
  ])
})

t.test('keys are in neither the database nor the log, and equal requests look different', async t => {
  const marker = 'MARKER-key-of-mine'
  const log: string[] = []
  const storage = await ownStorage(t)
  const upstream = await startUpstream(t, writing)
  const conch = await startConch(
    t,
    { ...storage, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'trace' },
    { logDestination: { write: line => void log.push(line) } },
  )
  const visitors = [conch.visitor(), conch.visitor()]
  for (const visitor of visitors)
    for (const key of [marker, `${marker}-2`])
      for (let times = 0; times < 2; times++) {
        const { body } = await post(visitor, '/api/reviews', review, key)
        await visitor.finished(body.taskId)
      }
  t.equal((await post(visitors[0] as Visitor, '/api/quizzes', quiz, marker)).status, 422)
  t.equal((await post(visitors[0] as Visitor, '/api/quizzes', quiz, `${marker} malformed`)).status, 400)
  await conch.close()

  t.ok(
    log.some(line => line.includes('/api/reviews')),
    'the log was verbose',
  )
  t.same(
    log.filter(line => line.includes(marker)),
    [],
  )
  const raw = await openRaw(t, storage)
  t.same(await tablesWith(raw, marker), [])
  const rows = await raw.query('select idempotency_key, request_digest from tasks')
  t.equal(rows.length, 4)
  t.equal(new Set(rows.flatMap(row => Object.values(row))).size, 8)
  await raw.close()
  if (!storage.DATABASE_URL) t.same(await filesWith(storage.DATA_DIR, marker), [])
})

function headersWith(key: string): Record<string, string> {
  return { 'content-type': 'application/json', 'idempotency-key': key }
}

/** The parts of the answer that do not depend on its time. */
async function post(visitor: Visitor, path: string, body: unknown, key: string) {
  const response = await visitor.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: headersWith(key) })
  return {
    status: response.status,
    location: response.headers.get('location'),
    task: response.headers.get('x-task-id'),
    body: (await response.json()) as { taskId: string; status: string; code?: string },
  }
}

async function tasksOf(visitor: Visitor): Promise<string[]> {
  const { body } = await visitor.json<{ items: { id: string }[] }>('GET', '/api/tasks')
  return body.items.map(({ id }) => id)
}

/** The same owner at another instance. */
function sameAt(conch: Conch, { cookie }: Visitor): Visitor {
  return new Visitor(conch.url, cookie)
}

const writing: Script = completion => {
  if (completion.body.response_format) completion.delta(quizJson(question(1))).finish()
  else completion.delta('안녕', '하세요').finish()
}

async function conchWith(t: Test, script: Script = writing, env?: Record<string, string>) {
  const { upstream, conch } = env ? await ownConch(t, env) : shared
  upstream.reset(script)
  const visitor = conch.visitor()
  t.teardown(() => allEnded(conch, upstream))
  /** How often the model was asked for the task's text. */
  const calls = () => upstream.completions.filter(completion => !asksForSummary(completion)).length
  const asked = async (times: number) => {
    while (calls() < times) await upstream.requested(upstream.completions.length + 1)
  }
  return { conch, visitor, upstream, calls, asked }
}

async function ownConch(t: Test, env: Record<string, string>) {
  const upstream = await startUpstream(t)
  return { upstream, conch: await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, ...env }) }
}

/** Lets everything end that a test has left, so that no request to the model comes in the next one. */
async function allEnded(conch: Conch, upstream: Upstream): Promise<void> {
  upstream.answer(writing)
  for (const completion of upstream.completions) if (!completion.response.writableEnded) writing(completion)
  for (;;) {
    const { conch_running_outputs, conch_queued_tasks, conch_running_handlers } = await scrape(conch.visitor())
    if (conch_running_outputs === 0 && conch_queued_tasks === 0 && conch_running_handlers === 0) return
    await briefly()
  }
}
