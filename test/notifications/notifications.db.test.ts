import t, { type Test } from 'tap'
import { briefly } from '../support/briefly.ts'
import { startConch } from '../support/conch.ts'
import { followOwner, listed, notifiedIn, unreadIn } from '../support/owner-stream.ts'
import { pagesOf } from '../support/pages.ts'
import { question, quizJson } from '../support/quiz.ts'
import { Talk } from '../support/talk.ts'
import { type Script, startUpstream } from '../support/upstream.ts'
import type { Visitor } from '../support/visitor.ts'

const diary = { body: '오늘 일기\n둘째 줄', type: 'FEELING' }
const record = {
  category: 'club',
  subject: '기상반',
  label: '2-3-15',
  observations: '구름 관측 자료를 모음.',
  versions: 1,
}
const unknownId = '01987fff-0000-7000-8000-000000000000'
const none = {
  'quiz.ready': [],
  'record.generated': [],
  'review.generated': [],
  'turn.completed': [],
  'task.failed': [],
}

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

t.test(
  'by default an owner is notified of a quiz, an unwatched record and a failure, and each is read or not',
  async t => {
    const visitor = begin()
    const { watcher, submit } = await following(t, visitor)
    upstream.answer(completion => completion.delta(quizJson(question(1))).finish())
    const quiz = await submit('/api/quizzes', { topic: '비밀 주제', questionCount: 1 })
    upstream.answer(completion => completion.finish())
    const failed = await submit('/api/reviews', diary)
    upstream.answer(twoWords)
    const written = await submit('/api/records', record)
    t.same(notifiedIn(watcher.transcript), [quiz, failed, written])

    const { items, unread } = await listed(visitor)
    t.equal(unread, 3)
    t.match(items, [
      { kind: 'record.generated', taskId: written, taskKind: 'record', path: `/#task=${written}`, readAt: null },
      { kind: 'task.failed', taskId: failed, taskKind: 'review', path: `/#review=${failed}` },
      { kind: 'quiz.ready', taskId: quiz, taskKind: 'quiz', path: `/#quiz=${quiz}`, title: 'Your quiz is ready' },
    ])
    t.same(
      items.map(({ label }) => label),
      ['기상반 · 2-3-15', '오늘 일기', '비밀 주제'],
      'each has the name that its owner gave it, a failed one as well',
    )
    t.notMatch(JSON.stringify(items), /둘째 줄|구름/, 'and nothing else that they wrote')
    t.match(
      await visitor.fetch('/api/notifications', { headers: { 'accept-language': 'ko-KR,en' } }).then(r => r.json()),
      {
        items: [{}, {}, { title: '퀴즈가 준비되었습니다' }],
      },
    )

    const [newest, middle, oldest] = items.map(({ id }) => id)
    t.same((await visitor.json('POST', `/api/notifications/${newest}/read`)).body, { unread: 2 })
    t.same((await visitor.json('POST', `/api/notifications/${newest}/read`)).body, { unread: 2 }, 'and again')
    t.same((await visitor.json('POST', '/api/notifications/read', { upTo: middle })).body, { unread: 0 })
    t.same(
      (await listed(visitor)).items.map(({ readAt }) => readAt !== null),
      [true, true, true],
    )
    await watcher.until(({ chunks }) => (chunks.at(-1)?.data as { unread?: number })?.unread === 0)
    t.same(
      (await pagesOf<{ id: string }>(visitor, '/api/notifications', 2)).map(page => page.map(({ id }) => id)),
      [[newest, middle], [oldest]],
    )
  },
)

t.test('an owner who watched a task to its end, however it ended, is not notified of it', async t => {
  const visitor = begin()
  const all = Object.fromEntries(Object.keys(none).map(kind => [kind, ['in-app']]))
  await visitor.json('PUT', '/api/notification-preferences', { preferences: all })
  const { watcher, submit } = await following(t, visitor)
  const talk = await Talk.begin(visitor)
  const aQuiz: Script = completion => completion.delta(quizJson(question(1))).finish()
  const nothing: Script = completion => completion.finish()
  for (const [path, body, script] of [
    ['/api/records', record, twoWords],
    ['/api/reviews', diary, twoWords],
    ['/api/quizzes', { topic: '주제', questionCount: 1 }, aQuiz],
    [`${talk.path}/messages`, { content: '안녕하세요' }, twoWords],
    ['/api/records', record, nothing],
    ['/api/quizzes', { topic: '주제', questionCount: 1 }, nothing],
  ] as const) {
    const held = Promise.withResolvers<void>()
    upstream.answer(async completion => {
      await held.promise
      await script(completion)
    })
    const watching = await visitor.watchTask(await visitor.submit(path, body))
    await watching.until(({ chunks }) => chunks.length > 0)
    held.resolve()
    await watching.ended
  }
  upstream.answer(twoWords)
  t.same(notifiedIn(watcher.transcript), [])
  // One owner is notified in order: a notification sent now would come after the one that should not.
  const last = await submit('/api/records', record)
  t.same(notifiedIn(watcher.transcript), [last])
})

t.test('a user who stopped a text is not notified that it is ready', async t => {
  const visitor = begin()
  const { watcher, submit } = await following(t, visitor)
  upstream.answer(completion => completion.delta('시작'))
  const stopped = await visitor.submit('/api/records', record)
  // No one watches: a watcher alone would be a reason not to notify.
  while ((await visitor.task(stopped)).outputs[0]?.text !== '시작');
  await visitor.json('POST', `/api/tasks/${stopped}/cancel`)
  upstream.answer(twoWords)
  const last = await submit('/api/records', record)
  t.same(notifiedIn(watcher.transcript), [last])
})

t.test('an owner is notified only of the chosen kinds', async t => {
  const visitor = begin()
  const initial = await visitor.json('GET', '/api/notification-preferences')
  t.same(initial.body, {
    preferences: { ...none, 'quiz.ready': ['in-app'], 'record.generated': ['in-app'], 'task.failed': ['in-app'] },
    channels: ['in-app'],
  })
  const wanted = { ...none, 'review.generated': ['in-app'], 'turn.completed': ['in-app'] }
  const saved = await visitor.json('PUT', '/api/notification-preferences', { preferences: wanted })
  t.match(saved, { status: 200, body: { preferences: wanted } })
  t.same((await visitor.json('GET', '/api/notification-preferences')).body, saved.body)
  t.same(
    (await conch.visitor().json('GET', '/api/notification-preferences')).body,
    initial.body,
    'others have their own',
  )

  const { watcher, submit } = await following(t, visitor)
  await ended(visitor, await visitor.submit('/api/records', record))
  const review = await submit('/api/reviews', diary)
  const { id } = (await visitor.json<{ id: string }>('POST', '/api/conversations')).body
  const turn = await submit(`/api/conversations/${id}/messages`, { content: '안녕하세요' })
  t.same(notifiedIn(watcher.transcript), [review, turn])
  t.match((await listed(visitor)).items[0], { conversationId: id, path: `/#chat=${id}` })
})

t.test('the notification of a failed reply leads to its conversation', async t => {
  const visitor = begin(completion => completion.finish())
  const { submit } = await following(t, visitor)
  const { id } = (await visitor.json<{ id: string }>('POST', '/api/conversations')).body
  await submit(`/api/conversations/${id}/messages`, { content: '안녕하세요' })
  t.match((await listed(visitor)).items, [{ kind: 'task.failed', taskKind: 'turn', path: `/#chat=${id}` }])
})

t.test('getting a thing sets its notifications as read, and no others', async t => {
  const visitor = begin()
  const all = Object.fromEntries(Object.keys(none).map(kind => [kind, ['in-app']]))
  await visitor.json('PUT', '/api/notification-preferences', { preferences: all })
  const { watcher, submit } = await following(t, visitor)
  const talk = await Talk.begin(visitor)
  const reply = await submit(`${talk.path}/messages`, { content: '안녕하세요' })
  await submit(`${talk.path}/messages`, { content: '또 안녕하세요' })
  const [written, review] = [await submit('/api/records', record), await submit('/api/reviews', diary)]
  upstream.answer(completion => completion.delta(quizJson(question(1))).finish())
  const quiz = await submit('/api/quizzes', { topic: '주제', questionCount: 1 })
  upstream.answer(completion => completion.finish())
  const failed = await submit('/api/reviews', diary)
  t.equal((await listed(visitor)).unread, 6)

  const stranger = conch.visitor()
  for (const path of [`/api/records/${written}`, talk.path, `/api/tasks/${quiz}`])
    t.equal((await stranger.json('GET', path)).status, 404)
  for (const path of [
    '/api/records',
    '/api/reviews',
    '/api/quizzes',
    '/api/conversations',
    '/api/tasks',
    '/api/library',
  ])
    t.equal((await visitor.json('GET', path)).status, 200)
  t.equal((await listed(visitor)).unread, 6, 'neither a list nor another owner sets any as read')

  for (const [path, left] of [
    [talk.path, 4],
    [`/api/records/${written}`, 3],
    [`/api/reviews/${review}`, 2],
    [`/api/quizzes/${quiz}`, 1],
    [`/api/tasks/${reply}`, 1],
    [`/api/tasks/${failed}`, 0],
  ] as const) {
    t.equal((await visitor.json('GET', path)).status, 200, path)
    t.equal((await listed(visitor)).unread, left, path)
    await watcher.until(transcript => unreadIn(transcript) === left)
  }
})

t.test('polling a running task does not set the notification of its earlier end as read', async t => {
  const visitor = begin(completion => completion.finish())
  const { submit } = await following(t, visitor)
  const failed = await submit('/api/reviews', diary)
  upstream.answer(completion => void completion.delta('안'))
  await visitor.json('POST', `/api/tasks/${failed}/outputs/0/retry`)
  t.match((await visitor.task(failed)).status, /queued|running/)
  t.equal((await listed(visitor)).unread, 1)
  await visitor.json('POST', `/api/tasks/${failed}/cancel`)
})

t.test('incomplete preferences, and unknown names in them, are refused, and nothing changes', async t => {
  const visitor = begin()
  const { 'quiz.ready': _, ...four } = none
  for (const preferences of [
    four,
    { ...none, 'quiz.eaten': [] },
    { ...none, 'quiz.ready': ['pigeon'] },
    { ...none, 'quiz.ready': ['in-app', 'in-app'] },
    { ...none, 'quiz.ready': 'in-app' },
    null,
  ]) {
    const refused = await visitor.json('PUT', '/api/notification-preferences', { preferences })
    t.match(refused, { status: 400, body: { code: 'invalid-request' } }, JSON.stringify(preferences))
  }
  // A channel that exists, but not on this server.
  const sms = { ...none, 'quiz.ready': ['sms'] }
  t.equal((await visitor.json('PUT', '/api/notification-preferences', { preferences: sms })).status, 400)
  t.match((await visitor.json('GET', '/api/notification-preferences')).body, {
    preferences: { 'quiz.ready': ['in-app'] },
  })
})

t.test("another owner's notifications do not exist, and the notifications of a removed task are deleted", async t => {
  const visitor = begin()
  const { watcher, submit } = await following(t, visitor)
  const task = await submit('/api/records', record)
  const [item] = (await listed(visitor)).items
  const other = conch.visitor()
  t.same(await listed(other), { items: [], nextCursor: null, unread: 0 })
  for (const id of [item?.id, unknownId, 'nonsense']) {
    const missing = { status: 404, body: { code: 'notification-not-found' } }
    t.match(await other.json('POST', `/api/notifications/${id}/read`), missing)
    t.match(await other.json('POST', '/api/notifications/read', { upTo: id }), missing)
  }
  t.equal((await listed(visitor)).unread, 1)
  t.equal((await visitor.json('DELETE', `/api/records/${task}`)).status, 204)
  t.same(await listed(visitor), { items: [], nextCursor: null, unread: 0 })
  watcher.leave()
})

/** A new visitor; from now on the model gives these answers. */
function begin(script: Script = twoWords): Visitor {
  upstream.reset(script)
  return conch.visitor()
}

async function following(t: Test, visitor: Visitor) {
  const watcher = await followOwner(visitor)
  t.teardown(() => watcher.leave())
  return {
    watcher,
    /** Resolves with the task once its owner was notified of it. */
    async submit(path: string, body: unknown): Promise<string> {
      const id = await visitor.submit(path, body)
      await watcher.until(transcript => notifiedIn(transcript).includes(id))
      return id
    },
  }
}

/** Resolves once the task has ended, without a watcher. */
async function ended(visitor: Visitor, id: string): Promise<void> {
  while ((await visitor.task(id)).status !== 'completed') await briefly()
}

function twoWords(completion: Parameters<Script>[0]): void {
  completion.delta('안녕', '하세요').finish()
}
