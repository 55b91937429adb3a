import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { scrape } from '../support/metrics.ts'
import { type Script, startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const origin = 'https://friend.org'

let shared: Awaited<ReturnType<typeof own>>
t.before(async () => {
  shared = await own(t)
})

t.test('HEAD answers as GET does, without the body, except for streams', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const lists = ['tasks', 'records', 'reviews', 'conversations', 'quizzes'].map(name => `/api/${name}`)
  for (const path of ['/', ...lists, `/api/tasks/${id}`, `/api/records/${id}`, '/healthz']) {
    const get = await visitor.fetch(path)
    const head = await visitor.fetch(path, { method: 'HEAD' })
    t.equal(head.status, 200, path)
    t.equal(await head.text(), '')
    for (const name of ['content-type', 'etag']) t.equal(head.headers.get(name), get.headers.get(name), name)
    await get.text()
  }
  const stream = await visitor.fetch(`/api/tasks/${id}/events`, { method: 'HEAD' })
  t.equal(stream.status, 405)
  t.equal(stream.headers.get('allow'), 'GET')
})

t.test('an id in capitals is the same id', async t => {
  const { visitor, upstream } = conchWith(completion => completion.delta('글'))
  const id = await visitor.record({ ...anyRecord, versions: 2 })
  const watcher = await visitor.watchTask(id.toUpperCase())
  await watcher.until(({ texts }) => texts.size === 2)
  await visitor.json('POST', `/api/tasks/${id.toUpperCase()}/outputs/0/cancel`)
  await Promise.race(upstream.completions.map(({ abandoned }) => abandoned))
  await visitor.json('POST', `/api/tasks/${id.toUpperCase()}/cancel`)
  await watcher.ended
  t.match(watcher.transcript.chunks.at(-1), { type: 'abort' })
  upstream.answer(completion => completion.delta('새 글').finish())
  await visitor.json('POST', `/api/tasks/${id.toUpperCase()}/outputs/0/retry`)
  await visitor.finished(id.toUpperCase())
  t.match(await visitor.task(id), { status: 'incomplete', outputs: [{ text: '새 글' }, { text: '글' }] })
})

t.test('pages of a configured origin may watch: a stream has the same headers as JSON', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const paths = [`/api/tasks/${id}`, `/api/tasks/${id}/events`, '/api/nothing']
  const posted = await visitor.watch('/api/records', {
    request: {
      method: 'POST',
      body: JSON.stringify({ ...anyRecord, versions: 1 }),
      headers: { 'content-type': 'application/json', origin },
    },
  })
  await posted.ended
  const answers = [posted.response]
  for (const path of paths) answers.push(await visitor.fetch(path, { headers: { origin } }))
  for (const { url, headers } of answers) {
    t.equal(headers.get('access-control-allow-origin'), origin, url)
    t.equal(headers.get('access-control-allow-credentials'), 'true', url)
    t.match(headers.get('vary'), /origin/i, url)
    t.match(headers.get('access-control-expose-headers'), /location.*x-task-id/, url)
    t.equal(headers.get('x-content-type-options'), 'nosniff', url)
  }
  for (const path of paths) {
    const { headers } = await visitor.fetch(path, { headers: { origin: 'https://evil.org' } })
    t.equal(headers.get('access-control-allow-origin'), null, path)
    t.match(headers.get('vary'), /origin/i, path)
  }
})

t.test('a cookie that was tampered with starts a new owner', async t => {
  const { conch, visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const cookie = visitor.cookie as string
  t.equal((await new Visitor(conch.url, cookie).fetch(`/api/tasks/${id}`)).status, 200)
  for (const index of [15, cookie.indexOf('.') + 1, cookie.length - 2]) {
    const changed = `${cookie.slice(0, index)}${cookie[index] === 'a' ? 'b' : 'a'}${cookie.slice(index + 1)}`
    const other = new Visitor(conch.url, changed)
    t.equal((await other.fetch(`/api/tasks/${id}`)).status, 404)
    t.not(other.cookie, changed, 'a new cookie was set')
    t.not(other.cookie, cookie)
  }
})

t.test('the description lists every route of the API, and what each takes', async t => {
  const { visitor } = conchWith()
  const { paths } = (await visitor.json<{ paths: Record<string, Record<string, Operation>> }>('GET', '/docs/json')).body
  const listed = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(method => `${method.toUpperCase()} ${path}`),
  )
  t.same(listed.sort(), [
    'DELETE /api/conversations/{id}',
    'DELETE /api/phone-number',
    'DELETE /api/push-subscriptions/{id}',
    'DELETE /api/quizzes/{id}',
    'DELETE /api/records/{id}',
    'DELETE /api/reviews/{id}',
    'DELETE /api/webhook',
    'GET /api/conversations',
    'GET /api/conversations/{id}',
    'GET /api/conversations/{id}/summary',
    'GET /api/library',
    'GET /api/me/events',
    'GET /api/model',
    'GET /api/notification-preferences',
    'GET /api/notifications',
    'GET /api/operations/events',
    'GET /api/operations/failed-events',
    'GET /api/operations/failed-events/{id}',
    'GET /api/operations/library-rebuild',
    'GET /api/operations/overview',
    'GET /api/operations/reencryption',
    'GET /api/operations/statistics',
    'GET /api/phone-number',
    'GET /api/push-subscriptions',
    'GET /api/push-subscriptions/key',
    'GET /api/quizzes',
    'GET /api/quizzes/{id}',
    'GET /api/records',
    'GET /api/records/limits',
    'GET /api/records/{id}',
    'GET /api/reviews',
    'GET /api/reviews/{id}',
    'GET /api/statistics',
    'GET /api/tasks',
    'GET /api/tasks/{id}',
    'GET /api/tasks/{id}/events',
    'GET /api/webhook',
    'GET /healthz',
    'GET /metrics',
    'GET /readyz',
    'POST /api/conversations',
    'POST /api/conversations/{id}/messages',
    'POST /api/notifications/read',
    'POST /api/notifications/{id}/read',
    'POST /api/operations/failed-events/redrive',
    'POST /api/operations/failed-events/{id}/discard',
    'POST /api/operations/failed-events/{id}/redrive',
    'POST /api/operations/library-rebuild',
    'POST /api/operations/reencryption',
    'POST /api/phone-number/verification',
    'POST /api/push-subscriptions',
    'POST /api/quizzes',
    'POST /api/quizzes/{id}/attempts',
    'POST /api/records',
    'POST /api/records/check',
    'POST /api/reviews',
    'POST /api/tasks/{id}/cancel',
    'POST /api/tasks/{id}/outputs/{index}/cancel',
    'POST /api/tasks/{id}/outputs/{index}/retry',
    'POST /api/tasks/{id}/retry',
    'POST /api/webhook/challenge',
    'POST /api/webhook/secret',
    'PUT /api/notification-preferences',
    'PUT /api/phone-number',
    'PUT /api/records/{id}',
    'PUT /api/webhook',
  ])
  const takeBodies = new Set([
    'POST /api/conversations',
    'POST /api/conversations/{id}/messages',
    'POST /api/notifications/read',
    'POST /api/operations/failed-events/redrive',
    'POST /api/operations/failed-events/{id}/discard',
    'POST /api/phone-number/verification',
    'POST /api/push-subscriptions',
    'POST /api/quizzes',
    'POST /api/quizzes/{id}/attempts',
    'POST /api/records',
    'POST /api/records/check',
    'POST /api/reviews',
    'PUT /api/notification-preferences',
    'PUT /api/phone-number',
    'PUT /api/records/{id}',
    'PUT /api/webhook',
  ])
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { summary, tags, requestBody, parameters = [] }] of Object.entries(operations)) {
      t.ok(summary && tags?.length === 1, `${method} ${path}`)
      const named = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
      t.same(
        parameters.filter(parameter => parameter.in === 'path').map(({ name }) => name),
        named,
        path,
      )
      const name = `${method.toUpperCase()} ${path}`
      t.equal(
        requestBody?.content['application/json']?.schema.additionalProperties,
        takeBodies.has(name) ? false : undefined,
        name,
      )
    }
  }
})

t.test('the gauges move with running, waiting and followed tasks, the counters with ended ones', async t => {
  const { visitor, upstream } = await ownConch(t, { MAX_RUNNING_OUTPUTS: '3' }, () => {})
  const running = await visitor.record(anyRecord)
  await upstream.requested(3)
  const waiting = await visitor.record({ ...anyRecord, versions: 1 })
  const watchers = [await visitor.watchTask(running), await visitor.watchTask(waiting)]
  t.match(await scrape(visitor), {
    conch_running_outputs: 3,
    conch_queued_tasks: 1,
    conch_open_streams: 2,
    conch_open_logs: 2,
  })
  await visitor.json('POST', `/api/tasks/${waiting}/cancel`)
  for (const completion of upstream.completions) completion.delta('끝').finish()
  await Promise.all(watchers.map(({ ended }) => ended))
  const waitingStatements = 'conch_database_connections{state="waiting"}'
  let measured = await scrape(visitor)
  // What follows from the tasks is written one after the other.
  while (measured[waitingStatements] !== 0) measured = await scrape(visitor)
  t.match(measured, {
    conch_running_outputs: 0,
    conch_queued_tasks: 0,
    conch_open_streams: 0,
    'conch_tasks_total{kind="record",status="completed"}': 1,
    'conch_outputs_total{kind="record",status="completed"}': 3,
  })
})

t.test('a process that drains is not ready, and reports it while it answers', async t => {
  const { visitor, upstream, conch } = await ownConch(t, { DRAIN_SECONDS: '60' }, completion => completion.delta('글'))
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.get(0) === '글')
  t.match(await visitor.json('GET', '/readyz'), { status: 200, body: { status: 'ready' } })
  const drained = conch.app.drain()
  t.match(await visitor.json('GET', '/readyz'), { status: 503, body: { status: 'draining' } })
  t.match(await visitor.json('GET', '/healthz'), { status: 200 })
  upstream.completions[0]?.finish()
  await watcher.ended
  t.ok(watcher.transcript.done)
  await drained
})

t.test('the log of everything, at its most verbose, has nothing that users wrote or hold', async t => {
  const { visitor, upstream, log, conch } = conchWith(completion => completion.delta('모델마당 ', '토익.').finish())
  log.length = 0
  const input = {
    ...anyRecord,
    observations: '관찰마당 hunter2',
    subject: '과목마당',
    label: '표지마당',
    tone: '말투마당',
    keywords: ['낱말마당'],
  }
  const id = await visitor.record(input)
  await visitor.finished(id)
  const edited = { output: 0, text: '고친마당 hunter2', confirmed: true }
  t.equal((await visitor.json('PUT', `/api/records/${id}`, edited)).status, 200)
  t.equal((await visitor.json('PUT', `/api/records/${id}`, { ...edited, text: '고친마당'.repeat(500) })).status, 422)
  t.equal((await visitor.json('PUT', `/api/records/${id}`, { ...edited, hunter2: '마당' })).status, 400)
  t.equal((await visitor.json('POST', '/api/records', { ...input, versions: 'hunter2' })).status, 400)
  t.equal((await visitor.json('POST', '/api/records/check', { category: 'club', text: '마당' })).status, 200)
  await visitor.fetch('/api/records', {
    method: 'POST',
    body: '{"observations": "hunter2',
    headers: { 'content-type': 'application/json', authorization: 'Bearer hunter2', 'x-api-key': 'hunter2' },
  })
  upstream.answer(({ response }) =>
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"hunter2 마당 sk-1234"}}'),
  )
  await visitor.finished(await visitor.record(input))
  upstream.answer(completion => completion.delta('모델마당').raw('data: {"hunter2 마당\n\n').response.end())
  await visitor.finished(await visitor.record(input))
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await visitor.finished(id)
  t.equal((await conch.visitor().fetch('/healthz', { headers: { cookie: 'conch_owner=hunter2' } })).status, 200)
  const lines = log.join('')
  t.ok(lines.includes(`/api/tasks/${id}/events`), 'the log was verbose')
  t.notMatch(lines, /마당|hunter2|sk-1234|test-key/)
  t.notOk(lines.includes(visitor.cookie?.split('.')[1] as string), 'no signature of a cookie')
})

/** A new visitor of the file's Conch, whose model answers as given. */
function conchWith(script?: Script) {
  shared.upstream.reset(script)
  return { ...shared, visitor: shared.conch.visitor() }
}

/** A visitor of a Conch of its own, for tests that depend on its settings or on having no other visitors. */
async function ownConch(t: Test, env: Record<string, string>, script: Script) {
  const { upstream, conch } = await own(t, env)
  upstream.reset(script)
  return { upstream, conch, visitor: conch.visitor() }
}

async function own(t: Test, env: Record<string, string> = {}) {
  const log: string[] = []
  const upstream = await startUpstream(t)
  const conch = await startConch(
    t,
    {
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_API_KEY: 'sk-test-key',
      CORS_ORIGINS: origin,
      LOG_LEVEL: 'trace',
      ...env,
    },
    { logDestination: { write: line => void log.push(line) } },
  )
  return { upstream, conch, log }
}

interface Operation {
  summary?: string
  tags?: string[]
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: { additionalProperties?: boolean } }> }
}
