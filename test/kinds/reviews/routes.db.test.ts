import t, { type Test } from 'tap'
import { reviewPrompt } from '../../../src/kinds/reviews/prompt.ts'
import { startConch } from '../../support/conch.ts'
import { pagesOf } from '../../support/pages.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../../support/upstream.ts'
import type { Visitor } from '../../support/visitor.ts'

interface ReviewBody {
  id: string
  type: string
  body: string
  status: string
  text: string
  createdAt: string
}

const diary = { body: '오늘 발표를 망쳤다.', type: 'FEELING' } as const
const unknownId = '01987fff-0000-7000-8000-000000000000'

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

t.test('a diary is answered as a task, whose text comes as it is written', async t => {
  const visitor = begin(() => {})
  const { status, headers, body } = await visitor.json<{ taskId: string }>('POST', '/api/reviews', diary)
  const self = `/api/tasks/${body.taskId}`
  t.equal(status, 202)
  t.equal(headers.get('location'), self)
  t.equal(headers.get('x-task-id'), body.taskId)
  t.same(body, {
    taskId: body.taskId,
    status: 'queued',
    streamUrl: `${self}/events`,
    links: { self, events: `${self}/events`, cancel: `${self}/cancel` },
  })
  await upstream.requested(1)
  const watcher = await visitor.watchTask(body.taskId)
  for (const [delta, soFar] of [
    ['많이 속상', '많이 속상'],
    ['했겠어요.', '많이 속상했겠어요.'],
  ] as const) {
    upstream.completions[0]?.delta(delta)
    await watcher.until(({ texts }) => texts.get(0) === soFar)
  }
  upstream.completions[0]?.finish()
  await watcher.ended
  t.ok(watcher.transcript.done)
  t.match(await visitor.task(body.taskId), {
    kind: 'review',
    status: 'completed',
    outputs: [{ text: '많이 속상했겠어요.' }],
  })
})

t.test('with Accept: text/event-stream the answer is the stream', async t => {
  const visitor = begin()
  const watcher = await visitor.watch('/api/reviews', {
    request: { method: 'POST', body: JSON.stringify(diary), headers: { 'content-type': 'application/json' } },
  })
  await watcher.ended
  t.equal(watcher.response.status, 200)
  t.match(watcher.response.headers.get('content-type'), /^text\/event-stream/)
  t.equal(watcher.response.headers.get('location'), `/api/tasks/${watcher.response.headers.get('x-task-id')}`)
  t.equal(watcher.transcript.text(0), '안녕하세요')
  t.ok(watcher.transcript.done)
  t.equal((await visitor.json('GET', `/api/reviews/${watcher.response.headers.get('x-task-id')}`)).status, 200)
})

t.test('each type is answered by its persona, and by no other', async t => {
  const visitor = begin()
  for (const type of ['THINKING', 'FEELING'] as const)
    await visitor.finished(await visitor.submit('/api/reviews', { ...diary, type }))
  t.same(
    upstream.completions.map(({ body }) => body.messages),
    [reviewPrompt({ ...diary, type: 'THINKING' }), reviewPrompt({ ...diary, type: 'FEELING' })],
  )
  t.match(upstream.completions[0]?.system, /현실적인 조언/)
  t.match(upstream.completions[1]?.system, /감정에 공감/)
})

t.test('a review exists from the moment of its request', async t => {
  const visitor = begin(completion => completion.delta('글'))
  const id = await visitor.submit('/api/reviews', diary)
  await upstream.requested(1)
  const { createdAt } = await visitor.task(id)
  const running = { id, ...diary, status: 'running', text: '', createdAt }
  t.same(await viewed(visitor, id), running)
  t.same(await pagesOf(visitor, '/api/reviews', 20), [[running]])
  upstream.completions[0]?.finish()
  await visitor.finished(id)
  const review = { id, ...diary, status: 'completed', text: '글', createdAt }
  t.same(await viewed(visitor, id), review)
  t.same(await pagesOf(visitor, '/api/reviews', 20), [[review]])
})

t.test('the list is newest first, page by page', async t => {
  const visitor = begin()
  const ids: string[] = []
  for (const body of ['하나', '둘', '셋', '넷', '다섯'])
    ids.unshift(await visitor.submit('/api/reviews', { ...diary, body }))
  for (const id of ids) await visitor.finished(id)
  const pages = await pagesOf<ReviewBody>(visitor, '/api/reviews', 2)
  t.same(
    pages.map(page => page.map(({ id }) => id)),
    [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)],
  )
  t.same(
    pages.flat().map(({ body }) => body),
    ['다섯', '넷', '셋', '둘', '하나'],
  )
  t.equal((await pagesOf(visitor, '/api/reviews', 5)).length, 1, 'no page is empty')
  for (const [query, code] of [
    ['cursor=nonsense', 'invalid-cursor'],
    ['cursor=%00', 'invalid-cursor'],
    ['limit=0', 'invalid-request'],
    ['limit=101', 'invalid-request'],
    ['limit=x', 'invalid-request'],
  ] as const)
    t.match(await visitor.json('GET', `/api/reviews?${query}`), { status: 400, body: { code } }, query)
})

t.test('a mistake in a request is pointed at, and no task is created', async t => {
  const visitor = begin()
  const wrong: [object, string][] = [
    [{ body: undefined }, '/body'],
    [{ body: '' }, '/body'],
    [{ body: ' \n\t' }, '/body'],
    [{ body: '가'.repeat(20_001) }, '/body'],
    [{ body: 1 }, '/body'],
    [{ type: undefined }, '/type'],
    [{ type: 'thinking' }, '/type'],
    [{ type: null }, '/type'],
    [{ text: '글' }, '/text'],
  ]
  for (const [members, pointer] of wrong) {
    const { status, headers, body } = await visitor.json('POST', '/api/reviews', { ...diary, ...members })
    t.equal(status, 400, pointer)
    t.match(headers.get('content-type'), /^application\/problem\+json/)
    t.match(body, { code: 'invalid-request', errors: [{ pointer }] })
  }
  t.same((await visitor.json('GET', '/api/tasks')).body.items, [])
  t.equal(upstream.completions.length, 0)
})

t.test('odd characters are returned as they were sent, and 20,000 of them fit', async t => {
  const visitor = begin()
  const odd = '\u0000\ud800 \udc00 가\u2028🌊"\\```"""\n'
  const body = `${odd}${'나'.repeat(20_000 - [...odd].length)}`
  const id = await visitor.submit('/api/reviews', { ...diary, body })
  await visitor.finished(id)
  t.equal((await viewed(visitor, id)).body, body)
  t.ok(upstream.completions[0]?.body.messages.every(({ content }) => content.isWellFormed()))
})

t.test('a cancelled review says so, and keeps its text so far', async t => {
  const visitor = begin(completion => completion.delta('반쯤'))
  const some = await visitor.submit('/api/reviews', diary)
  const watcher = await visitor.watchTask(some)
  await watcher.until(({ texts }) => texts.get(0) === '반쯤')
  await visitor.json('POST', `/api/tasks/${some}/cancel`)
  await watcher.ended
  t.match(await viewed(visitor, some), { status: 'cancelled', text: '반쯤' })
  upstream.reset(() => {})
  const none = await visitor.submit('/api/reviews', diary)
  await upstream.requested(1)
  await visitor.json('POST', `/api/tasks/${none}/cancel`)
  await visitor.finished(none)
  t.match(await viewed(visitor, none), { status: 'cancelled', text: '' })
  t.same(
    (await pagesOf<ReviewBody>(visitor, '/api/reviews', 20)).flat().map(({ id }) => id),
    [none, some],
  )
})

t.test('a review that the model cuts off is saved as incomplete; written again, it is whole', async t => {
  const visitor = begin(completion => completion.delta('잘린 ').response.end())
  const id = await visitor.submit('/api/reviews', diary)
  await visitor.finished(id)
  t.match(await viewed(visitor, id), { status: 'incomplete', text: '잘린 ' })
  upstream.answer(completion => completion.delta('온전한 글').finish())
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await visitor.finished(id)
  t.match(await viewed(visitor, id), { status: 'completed', text: '온전한 글' })
  t.equal((await pagesOf<ReviewBody>(visitor, '/api/reviews', 20)).flat().length, 1)
})

t.test('when the model refuses, the diary is there without a review, and says why', async t => {
  const visitor = begin(({ response }) => response.writeHead(400).end())
  const id = await visitor.submit('/api/reviews', diary)
  await visitor.finished(id)
  t.match(await visitor.task(id), { status: 'failed', error: { code: 'rejected' } })
  t.match(await viewed(visitor, id), { ...diary, status: 'failed', text: '', error: { code: 'rejected' } })
})

t.test('each review is saved for its own owner, whichever other owners ask and watch meanwhile', async t => {
  begin(() => {})
  const visitors = Array.from({ length: 8 }, () => conch.visitor())
  const ids = await Promise.all(
    visitors.map((visitor, index) => visitor.submit('/api/reviews', { ...diary, body: `일기 ${index}` })),
  )
  const watchers = await Promise.all(visitors.map((visitor, index) => visitor.watchTask(ids[index] as string)))
  await upstream.requested(8)
  // In another order than the requests, while all the others keep reading what they have.
  const polling = visitors.map(visitor => pagesOf(visitor, '/api/reviews', 20))
  for (const completion of upstream.completions.toReversed()) completion.delta(answerTo(completion)).finish()
  await Promise.all([...watchers.map(({ ended }) => ended), ...polling])
  for (const [index, visitor] of visitors.entries()) {
    const [mine, ...others] = (await pagesOf<ReviewBody>(visitor, '/api/reviews', 20)).flat()
    t.match(mine, { id: ids[index], body: `일기 ${index}`, text: `답글 ${index}` })
    t.same(others, [])
    t.equal(watchers[index]?.transcript.text(0), `답글 ${index}`)
    const next = ids[(index + 1) % ids.length]
    t.equal((await visitor.json('GET', `/api/reviews/${next}`)).status, 404)
  }
})

t.test('no other owner can find out that a review exists', async t => {
  const visitor = begin()
  const id = await visitor.submit('/api/reviews', diary)
  await visitor.finished(id)
  const stranger = conch.visitor()
  await sameAsUnknown(t, stranger, id)
  // Not even with reviews of their own.
  await stranger.finished(await stranger.submit('/api/reviews', diary))
  await sameAsUnknown(t, stranger, id)
  for (const other of ['nonsense', '%00', id.slice(1)])
    t.equal((await visitor.json('GET', `/api/reviews/${other}`)).status, 404)
  t.equal((await visitor.json('GET', `/api/reviews/${id.toUpperCase()}`)).status, 200)
})

t.test("another kind's task is not a review", async t => {
  const visitor = begin()
  const id = await visitor.submit('/api/records', { category: 'club', observations: '관찰', versions: 1 })
  await visitor.finished(id)
  t.equal((await visitor.json('GET', `/api/reviews/${id}`)).status, 404)
  t.same(await pagesOf(visitor, '/api/reviews', 20), [[]])
})

/** A new visitor; from now on the model gives these answers. */
function begin(script?: Script): Visitor {
  upstream.reset(script)
  return conch.visitor()
}

async function viewed(visitor: Visitor, id: string): Promise<ReviewBody> {
  return (await visitor.json<ReviewBody>('GET', `/api/reviews/${id}`)).body
}

async function sameAsUnknown(t: Test, stranger: Visitor, id: string): Promise<void> {
  for (const method of ['GET', 'DELETE']) {
    const theirs = await stranger.json(method, `/api/reviews/${id}`)
    const nobodys = await stranger.json(method, `/api/reviews/${unknownId}`)
    t.equal(theirs.status, 404)
    t.same(theirs.body, nobodys.body)
  }
}

function answerTo({ body }: UpstreamCompletion): string {
  return `답글 ${/일기 (\d)/.exec(body.messages.at(-1)?.content ?? '')?.[1]}`
}
