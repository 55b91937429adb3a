import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { EventLog } from '../../src/tasks/event-log.ts'
import { EventReplies } from '../../src/tasks/event-reply.ts'
import { Visitor } from '../support/visitor.ts'

/** A server that answers everything with the events of `log`. */
async function serving(t: Test, log: EventLog) {
  const replies = new EventReplies()
  const app = Fastify()
  t.teardown(() => app.close())
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
