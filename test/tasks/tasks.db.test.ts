import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

let shared: Awaited<ReturnType<typeof own>>
t.before(async () => {
  shared = await own(t)
})

t.test('a POST answers before the model does, and the task ends with every version saved', async t => {
  const { visitor, upstream } = await conchWith(t, () => {})
  const { status, headers, body } = await visitor.json<{ taskId: string; streamUrl: string }>(
    'POST',
    '/api/records',
    anyRecord,
  )
  t.equal(status, 202)
  t.equal(headers.get('location'), `/api/tasks/${body.taskId}`)
  t.equal(body.streamUrl, `/api/tasks/${body.taskId}/events`)
  await upstream.requested(3)
  t.match(await visitor.task(body.taskId), { status: 'running', stage: 'generating', attempt: 1 })
  for (const [index, completion] of upstream.completions.entries()) completion.delta(`버전 ${index} `, '끝.').finish()
  const { texts, chunks, done } = await visitor.finished(body.taskId)
  t.ok(done)
  t.same(chunks.at(-1), { type: 'finish', finishReason: 'stop' })
  const task = await visitor.task(body.taskId)
  t.match(task, {
    status: 'completed',
    stage: 'completed',
    outputs: [{ status: 'completed', finishReason: 'stop', usage: { inputTokens: 9, outputTokens: 2 } }, {}, {}],
  })
  t.same(
    task.outputs.map(({ text }) => text),
    [0, 1, 2].map(index => texts.get(index)),
  )
  t.same(task.outputs.map(({ text }) => text).sort(), ['버전 0 끝.', '버전 1 끝.', '버전 2 끝.'])
})

t.test('the versions are asked for at the same time, each in its own words', async t => {
  const { visitor, upstream } = await conchWith(t, () => {})
  await visitor.record({ ...anyRecord, versions: 5 })
  await upstream.requested(5)
  t.equal(new Set(upstream.completions.map(({ system }) => system)).size, 5)
})

t.test('the events are those of the wire: start, stages, texts, outputs, end', async t => {
  const { visitor } = await conchWith(t)
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const { chunks, ids } = await visitor.finished(id)
  t.match(
    chunks
      .slice(chunks.findIndex(({ type }) => type === 'start'))
      .filter(({ type }) => type !== 'start' || true)
      .at(-1),
    { type: 'finish' },
  )
  const attempt1 = chunks.filter((_, index) => ids[index]?.startsWith('1-'))
  t.match(attempt1, [
    { type: 'start', messageId: id, messageMetadata: { taskId: id, kind: 'record', attempt: 1 } },
    { type: 'data-stage', id: 'stage', data: { stage: 'preparing' } },
    { type: 'data-stage', data: { stage: 'generating' } },
    { type: 'data-output', id: 'output-0', data: { index: 0, status: 'running' } },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0' },
    ...attempt1.filter(({ type }) => type === 'text-delta').slice(1),
    { type: 'text-end', id: '0' },
    {
      type: 'data-output',
      data: { index: 0, status: 'completed', finishReason: 'stop', usage: { inputTokens: 9, outputTokens: 2 } },
    },
    { type: 'data-stage', data: { stage: 'saving' } },
    { type: 'data-stage', data: { stage: 'completed' } },
    { type: 'finish', finishReason: 'stop' },
  ])
})

t.test('the stream has the headers and frames that its clients need', async t => {
  const { visitor } = await conchWith(t)
  const id = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(id)
  await watcher.ended
  const { headers, status } = watcher.response
  t.equal(status, 200)
  t.equal(headers.get('content-type'), 'text/event-stream; charset=utf-8')
  t.equal(headers.get('cache-control'), 'private, no-store, no-transform')
  t.equal(headers.get('x-accel-buffering'), 'no')
  t.equal(headers.get('x-vercel-ai-ui-message-stream'), 'v1')
  t.match(watcher.raw, /^: open\nretry: [123]\d{3}\n\n/)
  t.ok(watcher.raw.endsWith('\n\ndata: [DONE]\n\n'))
})

t.test('after the end: 204 at the last cursor, a reset and everything at any other', async t => {
  const { visitor } = await conchWith(t)
  const id = await visitor.record(anyRecord)
  const { lastId } = await visitor.finished(id)
  const done = await visitor.watchTask(id, lastId)
  t.equal(done.response.status, 204)
  for (const cursor of ['nonsense', '1-3~3:4', '0-99']) {
    const watcher = await visitor.watchTask(id, cursor)
    await watcher.ended
    t.match(watcher.transcript.chunks[0], { type: 'data-reset', data: { reason: 'cursor' } }, cursor)
    t.equal(watcher.transcript.text(0), '안녕하세요')
    t.ok(watcher.transcript.done)
  }
  const query = await visitor.watch(`/api/tasks/${id}/events?after=${lastId}`)
  t.equal(query.response.status, 204)
})

t.test('POST with Accept: text/event-stream is the stream itself', async t => {
  const { visitor } = await conchWith(t)
  const watcher = await visitor.watch('/api/records', {
    request: { method: 'POST', body: JSON.stringify(anyRecord), headers: { 'content-type': 'application/json' } },
  })
  await watcher.ended
  t.equal(watcher.response.status, 200)
  t.match(watcher.response.headers.get('location'), /^\/api\/tasks\//)
  t.equal(watcher.transcript.text(2), '안녕하세요')
  t.ok(watcher.transcript.done)
})

t.test('a client that leaves changes nothing; it comes back at its cursor', async t => {
  const { visitor, upstream } = await conchWith(t, () => {})
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await upstream.requested(1)
  const [completion] = upstream.completions as [UpstreamCompletion]
  const first = await visitor.watchTask(id)
  completion.delta('하나 ')
  await first.until(({ texts }) => texts.get(0) === '하나 ')
  const cursor = first.transcript.lastId
  first.leave()
  await first.ended
  completion.delta('둘 ').finish()
  const second = await visitor.watchTask(id, cursor)
  await second.ended
  t.notOk(second.transcript.types().includes('data-reset'))
  t.equal(first.transcript.text(0) + second.transcript.text(0), '하나 둘 ')
})

t.test('cancelling closes every socket, keeps the text so far, and ends with abort', async t => {
  const { visitor, upstream } = await conchWith(t, completion => completion.delta('반쯤'))
  const id = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.size === 3 && Array.from(texts.values()).every(text => text === '반쯤'))
  const { status } = await visitor.json('POST', `/api/tasks/${id}/cancel`)
  t.ok(status === 202 || status === 200)
  await watcher.ended
  await Promise.all(upstream.completions.map(({ abandoned }) => abandoned))
  t.match(watcher.transcript.chunks.at(-1), { type: 'abort' })
  const task = await visitor.task(id)
  t.match(task, {
    status: 'cancelled',
    outputs: [{ status: 'cancelled', text: '반쯤', usage: { estimated: true } }, {}, {}],
  })
  t.equal((await visitor.json('POST', `/api/tasks/${id}/cancel`)).status, 200, 'again changes nothing')
})

t.test('a task that is removed while it runs stops at once, also when its id comes in capitals', async t => {
  const { visitor, upstream } = await conchWith(t, () => {})
  const id = await visitor.record(anyRecord)
  await upstream.requested(3)
  const watcher = await visitor.watchTask(id)
  t.equal((await visitor.json('DELETE', `/api/records/${id.toUpperCase()}`)).status, 204)
  await Promise.all(upstream.completions.map(({ abandoned }) => abandoned))
  await watcher.ended
  t.notOk(watcher.transcript.done, 'its readers are cut off, without an end')
  t.equal((await visitor.json('GET', `/api/tasks/${id}`)).status, 404)
})

t.test('one output is cancelled, the others go on', async t => {
  const { visitor, upstream } = await conchWith(t, completion => completion.delta('글'))
  const id = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.size === 3 && !Array.from(texts.values()).includes(''))
  await visitor.json('POST', `/api/tasks/${id}/outputs/1/cancel`)
  await watcher.until(({ chunks }) =>
    chunks.some(({ type, data }) => type === 'data-output' && data?.index === 1 && data.status === 'cancelled'),
  )
  await Promise.race(upstream.completions.map(({ abandoned }) => abandoned))
  for (const completion of upstream.completions) if (!completion.response.destroyed) completion.finish()
  await watcher.ended
  t.match(watcher.transcript.chunks.at(-1), { type: 'finish', finishReason: 'other' })
  t.match(await visitor.task(id), {
    status: 'incomplete',
    outputs: [{ status: 'completed' }, { status: 'cancelled', text: '글' }, { status: 'completed' }],
  })
})

t.test('an output that failed is retried in the next attempt; the others stand', async t => {
  const { visitor, upstream } = await conchWith(t, completion => {
    if (completion === upstream.completions[0])
      completion.response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"error":{"message":"no","code":"bad"}}')
    else completion.delta('좋음').finish()
  })
  const id = await visitor.record(anyRecord)
  const first = await visitor.finished(id)
  t.match(first.chunks.at(-1), { type: 'finish', finishReason: 'other' })
  const before = await visitor.task(id)
  const failed = before.outputs.find(({ status }) => status === 'failed')
  t.match(failed, { text: '', error: { code: 'rejected' } })
  upstream.answer(completion => completion.delta('다시 씀').finish())
  const retried = await visitor.json('POST', `/api/tasks/${id}/outputs/${failed?.index}/retry`)
  t.equal(retried.status, 202)
  const again = await visitor.watchTask(id, first.lastId)
  await again.ended
  t.match(again.transcript.chunks[0], { type: 'data-reset', data: { reason: 'new-attempt' } })
  t.equal(again.transcript.text(failed?.index ?? -1), '다시 씀')
  const after = await visitor.task(id)
  t.match(after, { status: 'completed', attempt: 2 })
  t.equal(upstream.completions.length, 4, 'only that one was requested')
  for (const { index, text } of before.outputs) if (index !== failed?.index) t.equal(after.outputs[index]?.text, text)
})

t.test('an output is restarted while the others still run', async t => {
  const { visitor, upstream } = await conchWith(t, completion => completion.delta('처음'))
  const id = await visitor.record({ ...anyRecord, versions: 2 })
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.size === 2 && !Array.from(texts.values()).includes(''))
  t.equal((await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 409, 'not while it runs')
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/cancel`)
  await watcher.until(({ chunks }) => chunks.some(({ data }) => data?.index === 0 && data.status === 'cancelled'))
  upstream.answer(completion => completion.delta('두번째').finish())
  t.equal((await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 202)
  await watcher.until(({ texts }) => texts.get(0) === '두번째')
  for (const completion of upstream.completions)
    if (!completion.response.writableEnded && !completion.response.destroyed) completion.finish()
  await watcher.ended
  t.notOk(watcher.transcript.types().includes('data-reset'))
  t.match(await visitor.task(id), { status: 'completed', attempt: 1, outputs: [{ text: '두번째' }, { text: '처음' }] })
})

t.test('an output that was cancelled while it waited, then retried, is requested once', async t => {
  const { visitor, upstream } = await conchWith(t, () => {}, { MAX_RUNNING_OUTPUTS: '2' })
  const id = await visitor.record(anyRecord)
  await upstream.requested(2)
  await visitor.json('POST', `/api/tasks/${id}/outputs/2/cancel`)
  t.equal((await visitor.json('POST', `/api/tasks/${id}/outputs/2/retry`)).status, 202)
  upstream.answer(completion => completion.delta('한 번').finish())
  for (const completion of upstream.completions) completion.delta('글').finish()
  const { texts } = await visitor.finished(id)
  t.equal(texts.get(2), '한 번')
  t.equal(upstream.completions.length, 3)
})

t.test('a restarted output that is cancelled before any text leaves no old text with its readers', async t => {
  const { visitor, upstream } = await conchWith(t, completion => completion.delta('처음'))
  const id = await visitor.record({ ...anyRecord, versions: 2 })
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.size === 2 && !Array.from(texts.values()).includes(''))
  const cancelled = (times: number) =>
    watcher.until(
      ({ chunks }) => chunks.filter(({ data }) => data?.index === 0 && data.status === 'cancelled').length === times,
    )
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/cancel`)
  await cancelled(1)
  upstream.answer(() => {})
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await upstream.requested(3)
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/cancel`)
  await cancelled(2)
  for (const { response } of upstream.completions) if (!response.destroyed) response.end()
  await watcher.ended
  t.equal(watcher.transcript.text(0), '')
  t.equal((await visitor.task(id)).outputs[0]?.text, '')
})

t.test('a finish reason was not seen: the text is kept, but it is not called complete', async t => {
  const { visitor } = await conchWith(t, completion => {
    completion.delta('잘린 글')
    completion.raw('data: [DONE]\n\n').response.end()
  })
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const { chunks } = await visitor.finished(id)
  t.match(chunks.at(-1), { type: 'finish', finishReason: 'other' })
  t.match(await visitor.task(id), {
    status: 'incomplete',
    outputs: [{ status: 'incomplete', text: '잘린 글', error: { code: 'truncated' } }],
  })
})

t.test('when every output fails the task fails, with words that repeat nothing', async t => {
  const { visitor } = await conchWith(t, ({ response }) =>
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end('{"error":{"message":"Incorrect API key sk-secret","code":"invalid_api_key"}}'),
  )
  const id = await visitor.record(anyRecord)
  const { chunks, done } = await visitor.finished(id)
  t.ok(done)
  t.match(chunks.at(-1), { type: 'error', errorText: /401/ })
  const { body } = await visitor.json('GET', `/api/tasks/${id}`)
  t.match(body, { status: 'failed', error: { code: 'rejected' } })
  t.notMatch(JSON.stringify(body), /sk-secret/)
  const record = await visitor.json('GET', `/api/records/${id}`)
  t.match(record.body, { status: 'failed', error: { code: 'rejected' }, saved: null })
  t.notMatch(JSON.stringify(record.body), /sk-secret/)
})

t.test('state: ETag, 304 and Retry-After while it runs', async t => {
  const { visitor, upstream } = await conchWith(t, completion => completion.delta('글'))
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.get(0) === '글')
  const first = await visitor.json('GET', `/api/tasks/${id}`)
  t.equal(first.headers.get('retry-after'), '1')
  const etag = first.headers.get('etag') ?? ''
  const same = await visitor.fetch(`/api/tasks/${id}`, { headers: { 'if-none-match': `"other", W/${etag}` } })
  t.equal(same.status, 304)
  upstream.completions[0]?.finish()
  await watcher.ended
  const changed = await visitor.fetch(`/api/tasks/${id}`, { headers: { 'if-none-match': etag } })
  t.equal(changed.status, 200)
  t.equal(changed.headers.get('retry-after'), null)
})

t.test("another owner's task does not exist while it runs here, either", async t => {
  const { conch, visitor, upstream } = await conchWith(t, completion => completion.delta('글'))
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.get(0) === '글')
  const theirs = await conch.visitor().fetch(`/api/tasks/${id}/events`)
  t.equal(theirs.status, 404)
  upstream.completions[0]?.finish()
  await watcher.ended
})

t.test("another owner's task does not exist", async t => {
  const { conch, visitor } = await conchWith(t)
  const id = await visitor.record(anyRecord)
  await visitor.finished(id)
  const other = conch.visitor()
  await other.record(anyRecord)
  const unknown = '01987fff-0000-7000-8000-000000000000'
  for (const [method, path] of [
    ['GET', '/api/tasks/ID'],
    ['GET', '/api/tasks/ID/events'],
    ['POST', '/api/tasks/ID/cancel'],
    ['POST', '/api/tasks/ID/outputs/0/cancel'],
    ['POST', '/api/tasks/ID/outputs/0/retry'],
    ['GET', '/api/records/ID'],
  ] as const) {
    const theirs = await other.json(method, path.replace('ID', id))
    t.equal(theirs.status, 404, `${method} ${path}`)
    const missing = await other.json(method, path.replace('ID', unknown))
    t.same(withoutPath(theirs.body), withoutPath(missing.body), 'no difference to an id that does not exist')
  }
  const { body } = await other.json<{ items: { id: string }[] }>('GET', '/api/tasks')
  t.notOk(body.items.some(task => task.id === id))
})

t.test('the list has a cursor and filters', async t => {
  const { visitor } = await conchWith(t)
  const ids: string[] = []
  for (let index = 0; index < 5; index++) ids.push(await visitor.record({ ...anyRecord, versions: 1 }))
  await Promise.all(ids.map(id => visitor.finished(id)))
  type List = { items: { id: string }[]; nextCursor: string | null }
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await visitor.json<List>('GET', `/api/tasks?kind=record&status=completed,running&limit=2${cursor}`)
    seen.push(...body.items.map(({ id }) => id))
    if (!body.nextCursor) break
    cursor = `&cursor=${body.nextCursor}`
  }
  t.same(seen, ids.reverse())
  t.same((await visitor.json<List>('GET', '/api/tasks?status=failed')).body.items, [])
  t.equal((await visitor.json('GET', '/api/tasks?status=nonsense')).status, 400)
  t.equal((await visitor.json('GET', '/api/tasks?cursor=nonsense')).status, 400)
  t.equal((await visitor.json('GET', '/api/tasks?limit=1000')).status, 400)
})

t.test('tasks that do not fit wait; a task cancelled in the queue never asks the model', async t => {
  const { visitor, upstream } = await conchWith(t, () => {}, { MAX_RUNNING_OUTPUTS: '3' })
  const running = await visitor.record(anyRecord)
  await upstream.requested(3)
  const waiting = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(waiting)
  await watcher.until(({ lastId }) => lastId === '0-2')
  t.match(watcher.transcript.chunks, [{ type: 'start' }, { type: 'data-stage', data: { stage: 'queued' } }])
  t.match(await visitor.task(waiting), { status: 'queued', stage: 'queued', attempt: 0 })
  t.match((await visitor.json('POST', `/api/tasks/${waiting}/cancel`)).body, { status: 'cancelled' })
  await watcher.ended
  t.equal(watcher.transcript.lastId, '0-3')
  t.match(watcher.transcript.chunks.at(-1), { type: 'abort' })
  t.equal((await visitor.watchTask(waiting, '0-3')).response.status, 204)
  for (const completion of upstream.completions) completion.delta('끝').finish()
  await visitor.finished(running)
  t.equal(upstream.completions.length, 3)
})

t.test('a task that waits begins when there is room, and its reader sees no reset', async t => {
  const { visitor, upstream } = await conchWith(t, () => {}, { MAX_RUNNING_OUTPUTS: '3' })
  await visitor.record(anyRecord)
  await upstream.requested(3)
  const waiting = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(waiting)
  await watcher.until(({ lastId }) => lastId === '0-2')
  upstream.answer(completion => completion.delta('차례').finish())
  for (const completion of upstream.completions) completion.delta('끝').finish()
  await watcher.ended
  t.notOk(watcher.transcript.types().includes('data-reset'))
  t.equal(watcher.transcript.text(0), '차례')
})

t.test('a full queue is a problem with Retry-After, and nothing is created', async t => {
  const { visitor, upstream } = await conchWith(t, () => {}, { MAX_RUNNING_OUTPUTS: '1', MAX_QUEUED_TASKS: '1' })
  await visitor.record({ ...anyRecord, versions: 1 })
  await upstream.requested(1)
  await visitor.record({ ...anyRecord, versions: 1 })
  const refused = await visitor.json('POST', '/api/records', anyRecord)
  t.equal(refused.status, 503)
  t.match(refused.headers.get('content-type'), 'application/problem+json')
  t.match(refused.body, { code: 'queue-full' })
  t.ok(Number(refused.headers.get('retry-after')) > 0)
  t.equal((await visitor.json<{ items: unknown[] }>('GET', '/api/tasks')).body.items.length, 2)
})

/** A new visitor of the file's Conch, or of one of its own when the settings matter. */
async function conchWith(t: Test, script?: Script, env?: Record<string, string>) {
  const { conch, upstream } = env ? await own(t, env) : shared
  upstream.reset(script)
  return { conch, upstream, visitor: conch.visitor() }
}

async function own(t: Test, env: Record<string, string> = {}) {
  const upstream = await startUpstream(t)
  return { upstream, conch: await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, ...env }) }
}

function withoutPath(problem: Record<string, unknown>) {
  const { instance: _, ...rest } = problem
  return rest
}
