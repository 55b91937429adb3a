import { EventEmitter, once } from 'node:events'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { EventReplies, eventReplies, eventStreamHeaders } from '../../../src/tasks/http/event-reply.ts'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { anyRecord } from '../../support/any-record.ts'
import { startConch } from '../../support/conch.ts'
import type { Transcript } from '../../support/transcript.ts'
import { startUpstream } from '../../support/upstream.ts'
import { Visitor } from '../../support/visitor.ts'

/** A server that answers every request with the events of `log`. */
async function serving(t: Test, log: EventLog) {
  const replies = new EventReplies()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(eventReplies)
  app.get('/', (_request, reply) => replies.send(reply, log, undefined))
  return { replies, visitor: new Visitor(await app.listen({ port: 0, host: '127.0.0.1' })) }
}

/** Any other status would make an EventSource give up. */
function greetedAndCutOff(t: Test, { response, raw, transcript }: Awaited<ReturnType<Visitor['watch']>>): void {
  t.equal(response.status, 200)
  t.match(raw, /^: open\nretry: \d{4}\n\n/)
  t.notOk(transcript.done)
}

t.test('a reader that comes after the log was abandoned is greeted, and comes back', async t => {
  const log = new EventLog('task', 'record')
  log.begin(1)
  log.abandon()
  const { visitor } = await serving(t, log)
  const watcher = await visitor.watch('/')
  await watcher.ended
  greetedAndCutOff(t, watcher)
})

t.test('so is a reader that is dropped with all others before it has begun', async t => {
  const log = new EventLog('task', 'record')
  const { visitor, replies } = await serving(t, log)
  const watching = visitor.watch('/')
  while (replies.size === 0) await new Promise(resolve => setImmediate(resolve))
  replies.destroyAll()
  const watcher = await watching
  await watcher.ended
  greetedAndCutOff(t, watcher)
  t.equal(replies.size, 0)
})

t.test('a reset is in the log, with the task and the reason, whether it comes at the beginning or later', async t => {
  const resetsIn = ({ chunks }: Transcript) => chunks.filter(({ type }) => type === 'data-reset').length
  const lines: { msg: string; taskId?: string; reason?: string }[] = []
  const app = Fastify({ logger: { stream: { write: line => void lines.push(JSON.parse(line)) } } })
  t.teardown(() => app.close())
  const log = new EventLog('the-task', 'record')
  log.begin(2)
  const replies = new EventReplies()
  await app.register(eventReplies)
  app.get('/', (_request, reply) => replies.send(reply, log, '1-3'))
  const watcher = await new Visitor(await app.listen({ port: 0, host: '127.0.0.1' })).watch('/')
  await watcher.until(seen => resetsIn(seen) === 1)
  log.begin(3)
  await watcher.until(seen => resetsIn(seen) === 2)
  log.abandon()
  await watcher.ended
  t.match(
    lines.filter(({ msg }) => msg.startsWith('stream reset')),
    [
      { taskId: 'the-task', reason: 'new-attempt', level: 30 },
      { taskId: 'the-task', reason: 'new-attempt', level: 30 },
    ],
  )
})

t.test('a client that left before it was answered leaves nothing behind, not even a line in the log', async t => {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: line => void lines.push(line) } } })
  t.teardown(() => app.close())
  const log = new EventLog('task', 'record')
  log.begin(1)
  const replies = new EventReplies()
  await app.register(eventReplies)
  const leave = new AbortController()
  const gone = Promise.withResolvers<void>()
  app.get('/', async (_request, reply) => {
    leave.abort()
    await once(reply.raw, 'close')
    replies.send(reply, log, undefined)
    gone.resolve()
    return reply
  })
  await t.rejects(fetch(await app.listen({ port: 0, host: '127.0.0.1' }), { signal: leave.signal }))
  await gone.promise
  while (replies.size > 0) await new Promise(resolve => setImmediate(resolve))
  t.equal(log.readerCount, 0)
  t.same(
    lines.filter(line => line.includes('prematurely')),
    [],
  )
})

t.test('a stream has the headers that hooks set when an answer is sent; that a client left is logged', async t => {
  const lines = new EventEmitter()
  const app = Fastify({ logger: { stream: { write: line => lines.emit('line', JSON.parse(line)) } } })
  t.teardown(() => app.close())
  const log = new EventLog('task', 'record')
  log.begin(1)
  const replies = new EventReplies()
  app.addHook('onSend', async (_request, reply) => {
    reply.header('set-cookie', ['a=1', 'b=2'])
  })
  await app.register(eventReplies)
  app.get('/', async (_request, reply) => replies.send(reply.header('x-other', 'kept'), log, undefined))
  const visitor = new Visitor(await app.listen({ port: 0, host: '127.0.0.1' }))
  const watcher = await visitor.watch('/')
  t.same(watcher.response.headers.getSetCookie(), ['a=1', 'b=2'])
  t.match(Object.fromEntries(watcher.response.headers), { 'x-other': 'kept', ...eventStreamHeaders })
  await watcher.until(({ lastId }) => lastId === '1-1')
  const logged = new Promise<{ msg: string }>(resolve => {
    lines.on('line', line => line.msg.startsWith('stream closed') && resolve(line))
  })
  watcher.leave()
  t.match(await logged, { msg: 'stream closed prematurely', res: { statusCode: 200 } })
  t.equal(replies.size, 0)

  const toTheEnd = await visitor.watch('/')
  const completed = new Promise(resolve => {
    lines.on('line', line => line.msg === 'request completed' && resolve(line))
  })
  log.append({ type: 'finish', finishReason: 'stop' })
  await toTheEnd.ended
  t.ok(toTheEnd.transcript.done)
  t.match(await completed, { res: { statusCode: 200 } })
})

t.test('an owner has at most 100 streams of tasks open, over all tasks; other owners are not affected', async t => {
  const upstream = await startUpstream(t, completion => completion.delta('글'))
  const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
  const [visitor, other] = [conch.visitor(), conch.visitor()]
  const record = { ...anyRecord, versions: 1 }
  const ids = [await visitor.record(record), await visitor.record(record), await visitor.record(record)]
  const ofOther = await other.record(record)
  const tasks = async () => (await visitor.json<{ items: unknown[] }>('GET', '/api/tasks')).body.items.length

  const stream = { body: JSON.stringify(record), headers: { 'content-type': 'application/json' }, method: 'POST' }
  const watchers = [await visitor.watch('/api/records', { request: stream })]
  while (watchers.length < 100) watchers.push(await visitor.watchTask(ids[watchers.length % 3] as string))
  for (const { response } of watchers) t.equal(response.status, 200)
  t.equal(await tasks(), 4)

  const refused = [
    await visitor.watchTask(ids[0] as string),
    await visitor.watchTask(ids[1] as string, '1-1'),
    await visitor.watch('/api/records', { request: stream }),
  ]
  for (const watcher of refused) {
    const { status, headers } = watcher.response
    t.equal(status, 429)
    t.match(headers.get('content-type'), /^application\/problem\+json/)
    t.match(headers.get('retry-after'), /^[1-9]\d*$/)
    await watcher.ended
    t.match(JSON.parse(watcher.raw), { code: 'too-many-streams' })
  }
  t.equal(await tasks(), 4, 'nothing was created')
  t.equal((await visitor.json('POST', '/api/records', record)).status, 202, 'without a stream, it is')
  t.equal((await visitor.watch('/api/me/events')).response.status, 200, 'the owner stream is counted separately')
  t.equal((await other.watchTask(ofOther)).response.status, 200)

  watchers[50]?.leave()
  await watchers[50]?.ended
  for (;;) {
    const again = await visitor.watchTask(ids[0] as string)
    if (again.response.status === 200) break
    await again.ended
  }
  t.equal((await visitor.watchTask(ids[0] as string)).response.status, 429)
})

t.test('of many requests at once for a new task and its stream, those beyond the 100th get the task alone', async t => {
  const upstream = await startUpstream(t, completion => completion.delta('글'))
  const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
  const visitor = conch.visitor()
  await visitor.fetch('/api/tasks')
  const body = JSON.stringify({ body: '일기', type: 'FEELING' })
  const request = { body, headers: { 'content-type': 'application/json' }, method: 'POST' }
  const answers = await Promise.all(Array.from({ length: 120 }, () => visitor.watch('/api/reviews', { request })))
  const statuses = answers.map(({ response }) => response.status)
  const count = (status: number) => statuses.filter(found => found === status).length
  t.equal(count(200), 100)
  t.equal(count(202) + count(429), 20, `${statuses}`)
  let created = 0
  let cursor = ''
  do {
    const { body } = await visitor.json<{ items: unknown[]; nextCursor: string | null }>(
      'GET',
      `/api/tasks?limit=100${cursor && `&cursor=${cursor}`}`,
    )
    created += body.items.length
    cursor = body.nextCursor ?? ''
  } while (cursor)
  t.equal(created, 100 + count(202), 'refused requests created no task')
})
