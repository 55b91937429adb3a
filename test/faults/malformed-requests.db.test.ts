import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { question, quizJson } from '../support/quiz.ts'
import { Talk } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'

/** Random requests that are under way together. */
const atOnce = 8

const log: string[] = []
let conch: Awaited<ReturnType<typeof startConch>>
t.before(async () => {
  const { baseUrl } = await startUpstream(t, completion => {
    if (completion.body.response_format) completion.delta(quizJson(question(1))).finish()
    else completion.delta('글').finish()
  })
  const logDestination = { write: (line: string) => void log.push(line) }
  conch = await startConch(
    t,
    { OPENAI_BASE_URL: baseUrl, LOG_LEVEL: 'info', ALLOWED_HOSTS: 'a,conch' },
    { logDestination },
  )
})

t.test('every request that cannot be served is answered with a problem', async t => {
  const { visitor, id } = await visitorWithTask()
  const json = { 'content-type': 'application/json' }
  const wrong: [number, string, string, string, RequestInit?][] = [
    [404, 'not-found', 'GET', '/nothing'],
    [404, 'not-found', 'GET', '/api/nothing'],
    [404, 'not-found', 'POST', '/api/nothing', { body: 'hunter2', headers: { 'content-type': 'x/y' } }],
    [404, 'not-found', 'GET', '/api/records/'],
    [404, 'not-found', 'GET', '/API/records'],
    [404, 'not-found', 'GET', '/%2e%2e%2fpackage.json'],
    [404, 'task-not-found', 'GET', '/api/tasks/hunter2'],
    [404, 'task-not-found', 'GET', '/api/tasks/%00'],
    [404, 'record-not-found', 'GET', '/api/records/hunter2'],
    [404, 'review-not-found', 'GET', '/api/reviews/hunter2'],
    [404, 'quiz-not-found', 'GET', '/api/quizzes/hunter2'],
    [404, 'conversation-not-found', 'GET', '/api/conversations/hunter2'],
    [404, 'conversation-not-found', 'GET', '/api/conversations/hunter2/summary'],
    [404, 'not-found', 'GET', '/api/reviews/hunter2/attempts'],
    [405, 'method-not-allowed', 'PUT', '/api/reviews/hunter2'],
    [405, 'method-not-allowed', 'GET', '/api/quizzes/hunter2/attempts'],
    [405, 'method-not-allowed', 'GET', '/api/conversations/hunter2/messages'],
    [400, 'malformed-json', 'POST', '/api/reviews', { body: '{"body":"hunter2', headers: json }],
    [400, 'invalid-request', 'POST', '/api/reviews'],
    [400, 'invalid-request', 'POST', '/api/quizzes', { body: '{"topic":{"hunter2":1}}', headers: json }],
    [400, 'invalid-request', 'POST', '/api/conversations', { body: '{"title":["hunter2"]}', headers: json }],
    [400, 'invalid-cursor', 'GET', '/api/conversations?cursor=hunter2'],
    [400, 'invalid-cursor', 'GET', '/api/quizzes?cursor=hunter2'],
    [400, 'invalid-cursor', 'GET', '/api/library?cursor=hunter2'],
    [400, 'invalid-request', 'GET', '/api/library?kind=hunter2'],
    [400, 'invalid-time', 'GET', '/api/library?from=2026-02-31T99:00Z'],
    [404, 'output-not-found', 'POST', `/api/tasks/${id}/outputs/4/cancel`],
    [405, 'method-not-allowed', 'DELETE', '/api/records'],
    [405, 'method-not-allowed', 'PATCH', `/api/records/${id}`],
    [405, 'method-not-allowed', 'POST', '/'],
    [405, 'method-not-allowed', 'GET', `/api/tasks/${id}/cancel`],
    [405, 'method-not-allowed', 'OPTIONS', '/api/records'],
    [405, 'method-not-allowed', 'PROPFIND', '/api/tasks'],
    [413, 'payload-too-large', 'POST', '/api/records', { body: `"${'x'.repeat(600_000)}"`, headers: json }],
    [415, 'unsupported-media-type', 'POST', '/api/records', { body: 'hunter2=1', headers: { 'content-type': 'a/b' } }],
    [400, 'malformed-json', 'POST', '/api/records', { body: '{"hunter2', headers: json }],
    [400, 'malformed-json', 'POST', '/api/records', { body: '{"__proto__":{"hunter2":1}}', headers: json }],
    [400, 'invalid-request', 'POST', '/api/records', { body: '["hunter2"]', headers: json }],
    [400, 'invalid-request', 'POST', '/api/records'],
    [400, 'invalid-request', 'POST', `/api/tasks/${id}/outputs/hunter2/retry`],
    [400, 'invalid-request', 'GET', '/api/tasks?limit=hunter2'],
    [400, 'invalid-request', 'GET', '/api/tasks?kind=%00'],
    [400, 'invalid-request', 'GET', '/api/tasks?status=hunter2'],
    [400, 'invalid-cursor', 'GET', '/api/tasks?cursor=hunter2'],
    [400, 'bad-request', 'GET', '/api/tasks/%zzhunter2'],
    [400, 'bad-request', 'GET', '/%'],
    [414, 'uri-too-long', 'GET', `/api/tasks/${'x'.repeat(201)}`],
    [403, 'forbidden-origin', 'POST', '/api/records', { headers: { origin: 'https://evil.org' } }],
  ]
  for (const [status, code, method, path, init] of wrong) {
    const response = await visitor.fetch(path, { method, ...init })
    const name = `${method} ${path.slice(0, 60)}`
    t.equal(response.status, status, name)
    t.match(response.headers.get('content-type'), /^application\/problem\+json/, name)
    const body = await response.text()
    t.match(JSON.parse(body), { type: 'about:blank', status, code, title: /./, detail: /./ }, name)
    t.notMatch(body, /hunter2|\.ts|node_modules|node:/, name)
    if (status === 405) t.match(response.headers.get('allow'), /^[A-Z]+(, [A-Z]+)*$/, name)
  }
  t.equal((await conch.visitor().fetch('/healthz')).status, 200)
})

t.test('bytes that are no HTTP are answered or hung up on, and do no harm', async t => {
  const { visitor, id, port } = await visitorWithTask()
  const post = 'POST /api/records HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
  const garbage: [string | Buffer, RegExp][] = [
    ['hunter2\r\n\r\n', /^HTTP\/1\.1 400 .*problem\+json/s],
    [Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), /^HTTP\/1\.1 400 .*problem\+json/s],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET / HTTP/9.9\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 400 /],
    [`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'hunter2'.repeat(5000)}\r\n\r\n`, /^HTTP\/1\.1 431 .*problem\+json/s],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['GET http://[::hunter2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 40[04] .*problem\+json/s],
    ['GET /api/tasks HTTP/1.1\r\nHost: [::hunter2\\\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 .*problem\+json/s],
    ['OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 40[45] .*problem\+json/s],
    ['CONNECT hunter2:1 HTTP/1.1\r\nHost: a\r\n\r\n', /^$|^HTTP\/1\.1 4/],
    ['GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n', /^HTTP\/1\.1 200 /],
    [`${post}Content-Length: -1\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [`${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [`${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, /^HTTP\/1\.1 400 /],
    [
      `${post}Content-Encoding: hunter2\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      /^HTTP\/1\.1 4\d\d .*problem/s,
    ],
    [
      `GET /api/tasks/${id}/events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: \x80\xff\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 404 /,
    ],
  ]
  for (const [bytes, answer] of garbage) {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(bytes, 'latin1')
    const got = await text(socket)
    t.match(got, answer, JSON.stringify(String(bytes)).slice(0, 80))
    t.notMatch(got, /hunter2|\.ts|node:/)
  }
  const half = connect(port, '127.0.0.1')
  half.write(`${post}Content-Length: 100\r\n\r\n{"obs`)
  await once(half, 'connect')
  half.resetAndDestroy()
  t.equal((await visitor.task(id)).status, 'completed', 'the server goes on')
})

t.test('no request makes a fault of the server, and it goes on', async t => {
  const { visitor, id, port } = await visitorWithTask()
  const ids = [await visitor.record({ ...anyRecord, versions: 1 }), (await Talk.begin(visitor)).id]
  const random = seeded(20_261_122)
  for (let round = 0; round < 3_000; round += atOnce) {
    // All made before the first is sent: so the same seed makes the same requests.
    const requests = Array.from({ length: atOnce }, () => randomRequest(random, ids, visitor.cookie ?? ''))
    const answers = await Promise.all(requests.map(request => answerTo(port, request)))
    for (const [index, answer] of answers.entries()) {
      const created = /^location: \/api\/\w+\/(\S+)/im.exec(answer)?.[1]
      if (created) ids.push(created)
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
      if (status >= 200 && status < 400) continue
      if (
        status >= 400 &&
        status < 500 &&
        /^(HEAD|\S+ \S+ .*\r\n(.*\r\n)*?content-type: application\/problem\+json)/i.test(answer)
      )
        continue
      t.fail(`round ${round + index}`, { request: requests[index], answer })
    }
  }
  t.ok(ids.length > 30, 'much of it was understood')
  t.equal((await visitor.task(id)).status, 'completed')
  t.notMatch(log.join(''), 'request failed')
})

/** All bytes that come back on a connection of its own. */
function answerTo(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request, 'latin1')
  return text(socket)
}

/** A visitor with a task that has ended. */
async function visitorWithTask() {
  const visitor = conch.visitor()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  return { visitor, id, port: (conch.app.server.address() as AddressInfo).port }
}

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A request that is framed as HTTP wants it, with anything at all in its method, address, headers and body. */
function randomRequest(random: () => number, ids: readonly string[], cookie: string): string {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T
  const id = pick(...ids.slice(-20))
  const bytes = (most: number) =>
    Array.from({ length: Math.floor(random() * most) }, () => String.fromCharCode(Math.floor(random() * 256))).join('')
  const visible = (most: number) => bytes(most).replaceAll(/[^\x21-\x7e]/g, '')
  const digits = () =>
    pick(
      '0',
      '1',
      '2',
      '-1',
      '1.5',
      '1e3',
      '99',
      '4294967296',
      '999999999999999',
      '9007199254740993',
      '',
      'NaN',
      'null',
    )
  const cursor = () =>
    pick(
      `${digits()}~${id}`,
      `${digits()}-${digits()}`,
      `1-3~${digits()}:${digits()}`,
      `1-4~0:5,${visible(9)}`,
      visible(20),
    )
  const anyId = () =>
    pick(
      id,
      id.toUpperCase(),
      id.slice(1),
      `{${id}}`,
      `${id}%00`,
      '%F0%9F%8C%8A',
      visible(12),
      encodeURIComponent(bytes(9)),
    )
  const value = (depth = 0): unknown =>
    pick<() => unknown>(
      () =>
        pick<unknown>(null, true, false, 0, -1, 1.5, 1e308, '', '3', 'subject', '\u0000', '\ud800', '가'.repeat(700)),
      () => bytes(30),
      () => (depth > 2 ? [] : Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1))),
      () => (depth > 2 ? {} : { [pick('text', 'output', '', '__proto__', bytes(5))]: value(depth + 1) }),
    )()
  const list = () =>
    `limit=${digits()}&cursor=${pick(anyId, cursor)()}&kind=${pick('record', '%00', visible(5))}&status=${pick('failed', '%C3%28', ',')}`
  const record = { ...anyRecord, versions: 1 }
  const confirmation = { output: 0, text: '글', confirmed: true }
  const message = pick<object>({ content: '말' }, { content: '말', replaces: id })
  const onBusy = pick('', '', '?onBusy=queue', '?onBusy=cancel', `?onBusy=${visible(5)}`)
  const [path, members] = pick<() => [string, object?]>(
    () => ['/api/records', record],
    () => [`/api/records/${anyId()}`, confirmation],
    () => [`/api/records/${pick('check', 'limits')}`, { category: 'club', text: '글' }],
    () => ['/api/reviews', { body: '일기', type: 'FEELING' }],
    () => ['/api/quizzes', { topic: '수도', questionCount: 1 }],
    () => [`/api/quizzes/${anyId()}/attempts`, { answers: [0] }],
    () => ['/api/conversations', { title: '제목' }],
    () => [`/api/conversations/${anyId()}/messages${onBusy}`, message],
    () => [`/api/conversations/${anyId()}/summary`],
    () => [`/api/conversations/${anyId()}?limit=${digits()}&before=${anyId()}`],
    () => [`/api/${pick('reviews', 'quizzes', 'conversations')}/${anyId()}`],
    () => [`/api/library?${list()}&q=${encodeURIComponent(bytes(9))}`],
    () => [`/api/${pick('records', 'reviews', 'quizzes', 'conversations', 'tasks')}?${list()}`],
    () => [`/api/tasks/${anyId()}`],
    () => [`/api/tasks/${anyId()}/events?after=${pick(cursor(), encodeURIComponent(bytes(9)))}`],
    () => [`/api/tasks/${anyId()}/${pick('cancel', `outputs/${digits()}/cancel`, `outputs/${digits()}/retry`)}`],
    () => [`/${visible(30)}`],
    () => [`/docs/${visible(9)}`],
  )()
  const mutated = { ...members, [pick(...Object.keys(members ?? {}), 'versions', 'choices', bytes(5))]: value() }
  const json = JSON.stringify(pick<unknown>(members, members, members, mutated, mutated, value()) ?? {})
  const payload = Buffer.from(pick(json, json, json, json, json.slice(0, -1), pick(bytes(40), '')), 'utf8').toString(
    'latin1',
  )
  const type = 'application/json'
  const headers = [
    'Host: conch',
    'Connection: close',
    `Content-Length: ${payload.length}`,
    `Content-Type: ${pick(type, type, `${type}; charset=utf-8`, 'text/plain', visible(20))}`,
    `Cookie: ${pick(cookie, cookie, cookie, cookie, 'conch_owner=', `conch_owner=${visible(40)}`, visible(40))}`,
    `Accept: ${pick('*/*', 'text/event-stream', visible(9))}`,
    `Last-Event-ID: ${pick('', cursor(), bytes(20).replaceAll(/[^\x20-\x7e\x80-\xff]/g, ''))}`,
    `If-None-Match: ${pick('', '*', '"', visible(9))}`,
    `X-Forwarded-For: ${visible(9)}`,
  ]
  const method = pick('GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'PROPFIND')
  return `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${payload}`
}
