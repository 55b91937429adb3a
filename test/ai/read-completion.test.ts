import fakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { readCompletion } from '../../src/ai/read-completion.ts'
import { UpstreamBody } from '../../src/ai/upstream-body.ts'
import { chunk, stop, text, usage, wholeText } from '../support/fault.ts'

class ScriptedBody extends UpstreamBody {
  constructor() {
    super(() => {})
  }

  write(bytes: string | Buffer): void {
    this.push(Buffer.from(bytes))
  }

  /** Ends it well, after these last bytes. */
  finish(bytes: string | Buffer = ''): void {
    this.write(bytes)
    this.end()
  }
}

const limits = {
  idleTimeoutMs: 60_000,
  totalTimeoutMs: 600_000,
  finishGraceMs: 2000,
  maxBodyBytes: 1_000_000,
  maxLineBytes: 100_000,
  finishReasonOptional: false,
}
const told = { inputTokens: 9, outputTokens: 2 }

t.test('cut at any byte, it is read the same', async t => {
  const bytes = Buffer.from(`data: ${text}\r\n\r\n: x\n\ndata: ${stop}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`)
  for (let at = 1; at < bytes.length; at++) {
    const run = read()
    run.body.write(bytes.subarray(0, at))
    run.body.finish(bytes.subarray(at))
    t.same(await run.completion, { outcome: 'completed', usage: told }, `at ${at}`)
    t.equal(run.text(), wholeText)
  }
})

t.test('ended at any byte, it is complete only once the finish reason was whole', async t => {
  const head = `data: ${text}\n\ndata: ${stop}`
  const bytes = Buffer.from(`${head}\n\ndata: ${usage}\n\n`)
  for (let at = 0; at < bytes.length; at++) {
    const run = read()
    run.body.finish(bytes.subarray(0, at))
    const { outcome } = await run.completion
    t.equal(outcome, at < Buffer.byteLength(head) ? 'truncated' : 'completed', `at ${at}`)
  }
})

t.test('text, refusals and reasoning keep it alive; comments, empty deltas and usage do not', async t => {
  for (const alive of [{ content: '글' }, { refusal: '글' }, { reasoning: '음' }, { reasoning_content: '음' }]) {
    const run = await ticking(t)
    for (let count = 0; count < 3; count++) {
      await run.tick(59_999)
      await run.write(`data: ${chunk(alive)}\n\n`)
    }
    await run.tick(59_999)
    t.equal(run.ended(), false, JSON.stringify(alive))
    await run.tick(1)
    t.match(await run.completion, { outcome: 'stalled', reason: 'idle', detail: 'no text for 60 s' })
    run.end()
  }
  for (const dead of [': x\n\n', `data: ${chunk({ content: '' })}\n\n`, `data: ${usage}\n\n`, 'data:\n\n']) {
    const run = await ticking(t)
    await run.tick(59_999)
    await run.write(dead)
    await run.tick(1)
    t.match(await run.completion, { outcome: 'stalled' }, dead)
    run.end()
  }
})

t.test('after the finish reason only a moment of silence is waited out', async t => {
  const run = await ticking(t)
  await run.write(`data: ${text}\n\ndata: ${stop}\n\n`)
  await run.tick(1999)
  t.equal(run.ended(), false)
  await run.tick(1)
  t.same(await run.completion, { outcome: 'completed', usage: undefined })
  run.end()
})

t.test('text after a finish reason, as some servers send it on every chunk, is text', async t => {
  const run = await ticking(t)
  for (let count = 0; count < 3; count++) {
    await run.write(`data: ${chunk({ content: '글' }, 'stop')}\n\n`)
    await run.tick(1500)
  }
  t.equal(run.ended(), false)
  await run.tick(500)
  t.match(await run.completion, { outcome: 'completed' })
  t.equal(run.text(), '글글글')
  run.end()
})

t.test('a server that sends no finish reason is believed its [DONE], if so configured, and nothing else', async t => {
  for (const [body, outcome] of [
    [`data: ${text}\n\ndata: [DONE]\n\n`, 'completed'],
    [`data: ${text}\n\n`, 'truncated'],
    [`data: ${text}\n\ndata: ${chunk({}, 'length')}\n\ndata: [DONE]\n\n`, 'length'],
    [`data: ${text}\n\ndata: {"error":"x"}\n\ndata: [DONE]\n\n`, 'broken'],
  ] as const) {
    const run = read({ finishReasonOptional: true })
    run.body.finish(body)
    t.match(await run.completion, { outcome }, body)
  }
})

t.test('what is read at once is one piece, also when the answer breaks in the middle of it', async t => {
  const run = read()
  run.body.write(`data: ${chunk({ content: '하나 ' })}\n\ndata: ${chunk({ content: '둘 ' })}\n\n`)
  run.body.write(`data: ${chunk({ content: '셋 ' })}\n\ndata: {"error":"x"}\n\ndata: ${chunk({ content: '넷' })}\n\n`)
  t.match(await run.completion, { outcome: 'broken' })
  t.same(run.pieces, ['하나 둘 ', '셋 '])
})

t.test('nothing after [DONE] counts', async t => {
  const run = read()
  run.body.finish(`data: ${text}\n\ndata: ${stop}\n\ndata: [DONE]\n\ndata: ${text}\n\ndata: {"error":1}\n\ngarbage\n\n`)
  t.match(await run.completion, { outcome: 'completed' })
  t.equal(run.text(), wholeText)
})

t.test('what a model says instead of writing is kept up to a limit', async t => {
  const run = read()
  run.body.finish(`data: ${chunk({ refusal: 'x'.repeat(50_000) })}\n\ndata: ${stop}\n\n`)
  const completion = await run.completion
  t.equal(completion.outcome === 'refused' && completion.words.length, 2000)
})

t.test('an error of the reader is thrown on', async t => {
  const body = new ScriptedBody()
  const completion = readCompletion(
    body,
    () => {
      throw new Error('ours')
    },
    limits,
  )
  body.write(`data: ${text}\n\ndata: {"error":"theirs"}\n\n`)
  await t.rejects(completion, { message: 'ours' })
  body.finish(`data: ${text}\n\n`)
})

function read(more: Partial<typeof limits> = {}) {
  const body = new ScriptedBody()
  const pieces: string[] = []
  const completion = readCompletion(
    body,
    delta => {
      t.not(delta, '')
      pieces.push(delta)
    },
    { ...limits, ...more },
  )
  return { body, completion, pieces, text: () => pieces.join('') }
}

/** With a clock that stands still until it is told. */
async function ticking(t: Test) {
  const clock = fakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  t.teardown(() => clock.uninstall())
  const run = read()
  let ended = false
  void run.completion.then(() => {
    ended = true
  })
  return {
    ...run,
    ended: () => ended,
    tick: (ms: number) => clock.tickAsync(ms),
    async write(text: string) {
      run.body.write(text)
      await new Promise(resolve => setImmediate(resolve))
    },
    end: () => clock.uninstall(),
  }
}
