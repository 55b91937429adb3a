import t from 'tap'
import type { Overview } from '../../src/operations/api-schemas.ts'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { Operator, operatorToken } from '../support/operator.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const words = '남이 보면 안 되는 관찰'
const upstream = await startUpstream(t, completion => completion.delta('글'))
const conch = await startConch(t, {
  OPENAI_BASE_URL: upstream.baseUrl,
  OPERATOR_TOKEN: operatorToken,
  MAX_RUNNING_OUTPUTS: '2',
})
const operator = new Operator(conch.url)
const overview = async () => (await operator.json<Overview>('GET', '/api/operations/overview')).body

t.test('an operator sees what runs, what waits and what has ended, and never an owner', async t => {
  const live = await listen()
  const visitor = conch.visitor()
  const running = await visitor.record({ ...anyRecord, observations: words, versions: 2 })
  const waiting = await visitor.record({ ...anyRecord, observations: words, versions: 1 })
  await live.until(({ tasks, running }) => tasks.queued === 1 && running[0]?.stage === 'generating')
  const busy = await overview()
  t.match(busy, {
    tasks: { queued: 1, running: 1, oldestQueuedSeconds: Number, kinds: [{ kind: 'record', queued: 1, running: 1 }] },
    running: [{ id: running, kind: 'record', attempt: 1, stage: 'generating', startedAt: String }],
    outbox: { waiting: 0, retrying: 0, active: 0, oldestSeconds: null },
    failedEvents: 0,
    upstream: { demo: false, breaker: 'closed', sockets: 2, retries: 0 },
    process: { runningOutputs: 2, openLogs: 1, openStreams: 1 },
    today: { total: { tasks: 0 } },
  })
  t.same(busy.handlers.map(({ name }) => name).includes('statistics'), true)
  t.notMatch(JSON.stringify([busy, live.last()]), new RegExp(`owner|${words}`, 'i'))

  upstream.answer(completion => completion.delta('글').finish())
  for (const completion of upstream.completions) completion.finish()
  for (const id of [running, waiting]) await visitor.finished(id)
  await live.until(({ tasks, today }) => tasks.running === 0 && today.total.tasks === 2)
  t.match(live.last(), { running: [], today: { kinds: [{ kind: 'record', tasks: 2, outputs: { completed: 3 } }] } })
  live.leave()
})

t.test('the stream has the headers of all event streams; a request without the token gets neither', async t => {
  const live = await listen()
  t.match(Object.fromEntries(live.response.headers), {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'private, no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  live.leave()
  for (const path of ['overview', 'events']) {
    const stranger = new Operator(conch.url, { token: 'x'.repeat(44) })
    t.match(await stranger.json('GET', `/api/operations/${path}`), { status: 401, body: { code: 'operators-only' } })
  }
})

t.test('a server that stops cuts the stream off', async t => {
  const live = await listen()
  await live.until(() => true)
  await conch.close()
  await live.watcher.ended
  t.notOk(live.watcher.transcript.done)
})

/** What an operator receives who listens. */
async function listen() {
  const watcher = await new Visitor(conch.url).watch('/api/operations/events', {
    request: { headers: { authorization: `Bearer ${operatorToken}` } },
  })
  const last = () => watcher.transcript.chunks.at(-1)?.data as unknown as Overview
  return {
    watcher,
    response: watcher.response,
    last,
    until: (condition: (overview: Overview) => boolean) =>
      watcher.until(({ chunks }) => chunks.length > 0 && condition(last())),
    leave: () => watcher.leave(),
  }
}
