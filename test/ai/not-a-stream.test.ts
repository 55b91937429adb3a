import fakeTimers from '@sinonjs/fake-timers'
import t from 'tap'
import { notAStream } from '../../src/ai/not-a-stream.ts'
import { UpstreamBody } from '../../src/ai/upstream-body.ts'

const limits = {
  idleTimeoutMs: 60_000,
  totalTimeoutMs: 600_000,
  finishGraceMs: 2000,
  maxBodyBytes: 200_000,
  maxLineBytes: 1_000,
  finishReasonOptional: false,
}

t.test('a whole completion is read like a stream: its text is one piece', async t => {
  const text = '학생은 발표를 성실히 준비함. '.repeat(2_000).trim()
  const usage = { prompt_tokens: 9, completion_tokens: 2 }
  const whole = (message: object, finish: unknown = 'stop') =>
    JSON.stringify(
      { object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage },
      null,
      2,
    )
  const reportedUsage = { inputTokens: 9, outputTokens: 2 }
  for (const [body, completion, expected] of [
    [whole({ role: 'assistant', content: text }), { outcome: 'completed', usage: reportedUsage }, text],
    [whole({ content: text }, 'length'), { outcome: 'length', usage: reportedUsage }, text],
    [whole({ content: text }, null), { outcome: 'truncated', reason: 'no-finish-reason' }, text],
    [whole({ content: [{ type: 'text', text }] }), { outcome: 'completed' }, text],
    [whole({ content: `<think>생각</think>\n\n${text}` }), { outcome: 'completed', reasoning: { length: 2 } }, text],
    [whole({ content: text, reasoning_content: '음' }), { outcome: 'completed', reasoning: { length: 1 } }, text],
    [whole({ content: null, refusal: '안 됨' }), { outcome: 'refused', words: '안 됨' }, ''],
    [`[${whole({ content: text })}]`, { outcome: 'completed' }, text],
    [JSON.stringify({ error: null, choices: [{ text, finish_reason: 'stop' }] }), { outcome: 'completed' }, text],
    ['{"choices":[]}', { outcome: 'truncated', reason: 'no-finish-reason' }, ''],
    ['{"error":{"code":"busy"},"choices":[]}', { outcome: 'broken', reason: 'json-error', detail: /\(busy\)/ }, ''],
  ] as const) {
    const found = await read(body)
    t.match(found.completion, completion, body.slice(0, 200))
    t.same(found.pieces, expected === '' ? [] : [expected])
  }
})

t.test('a completion without a finish reason counts as complete, if so configured', async t => {
  const body = '{"choices":[{"message":{"content":"글"}}]}'
  t.match((await read(body, { finishReasonOptional: true })).completion, { outcome: 'completed' })
})

t.test('a body that breaks off, is too large or never comes is reported as such, and closed', async t => {
  const half = '{"choices":[{"message":{"content":"글'
  t.match((await read(half, {}, new Error('cut'))).completion, { outcome: 'truncated', reason: 'cut' })
  t.match((await read(half.padEnd(200_001))).completion, { outcome: 'broken', reason: 'too-large' })
  t.match((await read(half)).completion, { outcome: 'broken', reason: 'no-stream' })
  const clock = fakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.uninstall())
  const slow = open('application/json', limits)
  slow.body.push(Buffer.from('{"choices":'))
  for (let count = 0; count < 3; count++) {
    await clock.tickAsync(59_999)
    slow.body.push(Buffer.from(' '))
  }
  t.equal(slow.closed(), false)
  await clock.tickAsync(60_000)
  t.match(await slow.completion, { outcome: 'stalled', reason: 'idle' })
  t.equal(slow.closed(), true)
  const page = open('text/plain', limits)
  page.body.push(Buffer.from('words'))
  await clock.tickAsync(5_000)
  t.match(await page.completion, { outcome: 'broken', reason: 'no-stream' })
  t.equal(page.closed(), true)
})

function open(contentType: string, more: typeof limits) {
  let closed = false
  const pieces: string[] = []
  const body = new UpstreamBody(() => {
    closed = true
  })
  const completion = notAStream(body, contentType, piece => pieces.push(piece), more)
  return { body, completion, pieces, closed: () => closed }
}

async function read(text: string, more: Partial<typeof limits> = {}, error?: Error) {
  const run = open('application/json', { ...limits, ...more })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 50_001) run.body.push(bytes.subarray(at, at + 50_001))
  run.body.end(error)
  return { completion: await run.completion, pieces: run.pieces }
}
