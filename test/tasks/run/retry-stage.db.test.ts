import t, { type Test } from 'tap'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { RetryStage } from '../../../src/tasks/run/retry-stage.ts'
import { anyRecord } from '../../support/any-record.ts'
import { startConch } from '../../support/conch.ts'
import type { Transcript } from '../../support/transcript.ts'
import { startUpstream } from '../../support/upstream.ts'

/** Longer than any test waits. */
const forLong = '1000'
let patient: Awaited<ReturnType<typeof own>>
t.before(async () => {
  patient = await own(t, forLong)
})

t.test('it is retrying as long as any output waits', async t => {
  const log = new EventLog('task', 'record')
  log.begin(1)
  const stage = new RetryStage(log)
  const first = stage.wait(0, { retry: 1, reason: 'rate-limited', status: 429, delayMs: 2000 })
  const second = stage.wait(2, { retry: 1, reason: 'connection', delayMs: 1500 })
  first()
  t.equal(log.stage, 'retrying')
  second()
  t.equal(log.stage, 'generating')
})

t.test('each wait is published with the output, the reason and the delay, then all go on', async t => {
  const { upstream, visitor } = await own(t, '0.01')
  const refused = new Set<string>()
  upstream.answer(completion => {
    if (refused.has(completion.system)) completion.delta('글').finish()
    else completion.response.writeHead(503).end()
    refused.add(completion.system)
  })
  const seen = await visitor.finished(await visitor.record(anyRecord))
  const waits = stages(seen).filter(({ stage }) => stage === 'retrying')
  t.same(waits.map(({ detail }) => detail?.output).sort(), [0, 1, 2])
  for (const { detail } of waits) t.match(detail, { reason: 'server-error', retry: 1, delayMs: Number })
  t.equal(stages(seen).at(-3)?.stage, 'generating')
  t.match(seen.chunks.at(-1), { type: 'finish', finishReason: 'stop' })
})

t.test('cancelling ends every wait at once, and the model is not asked again', async t => {
  const { upstream, visitor } = patient
  upstream.reset()
  upstream.answer(({ response }) => response.writeHead(429).end())
  const id = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(id)
  await watcher.until(seen => stages(seen).filter(({ stage }) => stage === 'retrying').length === 3)
  t.match(await visitor.task(id), { status: 'running', stage: 'retrying' })
  await visitor.json('POST', `/api/tasks/${id}/cancel`)
  await watcher.ended
  t.match(watcher.transcript.chunks.at(-1), { type: 'abort' })
  t.match(await visitor.task(id), { status: 'cancelled', outputs: [{ status: 'cancelled', text: '' }, {}, {}] })
  t.equal(upstream.completions.length, 3)
})

t.test('one output is cancelled while it waits, the others go on', async t => {
  const { upstream, visitor } = patient
  upstream.reset()
  upstream.answer(completion => {
    if (completion === upstream.completions[0]) completion.response.writeHead(429).end()
    else completion.delta('글').finish()
  })
  const id = await visitor.record(anyRecord)
  const watcher = await visitor.watchTask(id)
  await watcher.until(seen => stages(seen).some(({ stage }) => stage === 'retrying'))
  const output = stages(watcher.transcript).find(({ stage }) => stage === 'retrying')?.detail?.output
  await visitor.json('POST', `/api/tasks/${id}/outputs/${output}/cancel`)
  await watcher.ended
  const { status, outputs } = await visitor.task(id)
  t.equal(status, 'incomplete')
  t.same(outputs.map(({ status }) => status).sort(), ['cancelled', 'completed', 'completed'])
})

async function own(t: Test, retrySeconds: string) {
  const upstream = await startUpstream(t)
  const conch = await startConch(t, {
    OPENAI_BASE_URL: upstream.baseUrl,
    UPSTREAM_RETRY_SECONDS: retrySeconds,
    UPSTREAM_RETRY_MAX_SECONDS: retrySeconds,
  })
  return { upstream, visitor: conch.visitor() }
}

function stages({ chunks }: Transcript) {
  return chunks
    .filter(({ type }) => type === 'data-stage')
    .map(({ data }) => data as { stage: string; detail?: { output: number; reason: string; delayMs: number } })
}
