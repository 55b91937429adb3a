import t from 'tap'
import type { TracedEvent } from '../../src/domain-events/domain-events.ts'
import { startConch } from '../support/conch.ts'
import { InlineEvents } from '../support/inline-events.ts'
import { startUpstream } from '../support/upstream.ts'

const names = ['record.generated', 'record.confirmed', 'review.generated', 'task.ended', 'task.failed'] as const
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const record = { category: 'club', observations: '과학 동아리에서 실험을 준비함', versions: 2 }
const diary = { body: '오늘은 비가 왔다', type: 'FEELING' }

t.test('the facts published of ended tasks', async t => {
  const published: TracedEvent[] = []
  const upstream = await startUpstream(t)
  const conch = await startConch(
    t,
    {
      OPENAI_BASE_URL: upstream.baseUrl,
      UPSTREAM_RETRIES: '1',
      UPSTREAM_RETRY_SECONDS: '0.001',
      MAX_RUNNING_OUTPUTS: '2',
    },
    {
      openEvents: () =>
        new InlineEvents([
          { name: 'test', events: names, concurrency: 1, handle: async event => void published.push(event) },
        ]),
    },
  )
  const visitor = conch.visitor()
  await visitor.fetch('/api/tasks')
  const since = (from: number) => published.slice(from).map(({ name, data }) => ({ name, data }))

  await t.test('a task that completed, in the trace of its request, with the figures of its outputs', async t => {
    const created = await visitor.fetch('/api/records', {
      method: 'POST',
      body: JSON.stringify(record),
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    })
    const { taskId } = (await created.json()) as { taskId: string }
    await visitor.finished(taskId)
    t.match(
      published.map(({ name }) => name),
      ['record.generated', 'task.ended'],
    )
    for (const event of published) t.match(event, { traceId, data: { taskId, ownerId: String } })
    const output = { status: 'completed', inputTokens: 9, outputTokens: 2, firstTokenMs: Number, retries: 0 }
    t.match(published[1]?.data, { kind: 'record', attempt: 1, status: 'completed', ends: 1, outputs: [output, output] })
    t.notMatch(JSON.stringify(published), /안녕|과학/)
  })

  await t.test('an output that is written again ends its task again, and is published alone', async t => {
    const [ended] = published
    const from = published.length
    const taskId = (ended as TracedEvent<'task.ended'>).data.taskId
    await visitor.json('POST', `/api/tasks/${taskId}/outputs/1/retry`)
    await visitor.finished(taskId)
    t.match(since(from)[1], {
      name: 'task.ended',
      data: { taskId, ends: 2, outputs: [{ status: 'completed', retries: 1 }] },
    })
    t.equal((since(from)[1] as TracedEvent<'task.ended'>).data.outputs.length, 1)
  })

  await t.test('a record that was confirmed', async t => {
    const from = published.length
    const taskId = (published[0] as TracedEvent<'task.ended'>).data.taskId
    const { status } = await visitor.json('PUT', `/api/records/${taskId}`, {
      output: 0,
      text: '고친 글',
      confirmed: true,
    })
    t.equal(status, 200)
    t.match(since(from), [{ name: 'record.confirmed', data: { taskId } }])
  })

  await t.test('a task that failed, with how often it was tried', async t => {
    const from = published.length
    upstream.reset(({ response }) => response.writeHead(503).end())
    const taskId = await visitor.submit('/api/reviews', diary)
    await visitor.finished(taskId)
    const output = { status: 'failed', inputTokens: 0, outputTokens: 0, firstTokenMs: null, retries: 1 }
    t.match(since(from), [
      { name: 'task.ended', data: { taskId, status: 'failed', outputs: [output] } },
      { name: 'task.failed', data: { taskId, kind: 'review' } },
    ])
  })

  await t.test('a task that was cancelled while it waited, and never ran', async t => {
    upstream.reset(completion => completion.delta('시작'))
    const blocking = await visitor.submit('/api/records', record)
    await upstream.requested(2)
    const from = published.length
    const taskId = await visitor.submit('/api/reviews', diary)
    await visitor.json('POST', `/api/tasks/${taskId}/cancel`)
    t.match(since(from), [
      { name: 'task.ended', data: { taskId, status: 'cancelled', attempt: 0, totalMs: null, watched: false } },
    ])
    await visitor.json('POST', `/api/tasks/${blocking}/cancel`)
  })

  await t.test('whether a reader followed it to its end', async t => {
    for (const stays of [true, false]) {
      const hold = Promise.withResolvers<void>()
      upstream.reset(async completion => {
        completion.delta('시작')
        await hold.promise
        completion.finish()
      })
      const taskId = await visitor.submit('/api/reviews', diary)
      await upstream.requested(1)
      const watcher = await visitor.watchTask(taskId)
      if (!stays) watcher.leave()
      const open = new RegExp(`^conch_open_streams ${stays ? 1 : 0}$`, 'm')
      while (!open.test(await (await visitor.fetch('/metrics')).text()));
      hold.resolve()
      await watcher.ended
      const ended = () => published.find(({ name, data }) => name === 'task.ended' && data.taskId === taskId)
      while ((await visitor.task(taskId)).finishedAt === null);
      t.match(ended()?.data, { watched: stays })
    }
  })
})
