import { EventEmitter, once } from 'node:events'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { EventLog } from '../../src/tasks/event-log.ts'
import { EventReplies, eventReplies, eventStreamHeaders } from '../../src/tasks/event-reply.ts'
import { Visitor } from '../support/visitor.ts'

/** A server that answers everything with the events of `log`. */
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

t.test('a reader of a log that was abandoned before it came is greeted, and comes back', async t => {
  const log = new EventLog('task', 'record')
  log.begin(1)
  log.abandon()
  const { visitor } = await serving(t, log)
  const watcher = await visitor.watch('/')
  await watcher.ended
  greetedAndCutOff(t, watcher)
})

t.test('so is one that is dropped with all others before it has begun', async t => {
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

t.test('a client that went before it was answered leaves nothing behind, not even a line in the log', async t => {
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

t.test('what hooks set when an answer is sent goes with a stream as well; that a client left is logged', async t => {
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
