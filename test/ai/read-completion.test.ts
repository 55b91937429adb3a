import fakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { enough, type TextReader } from '../../src/ai/completion.ts'
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

  /** Ends the body well, after these last bytes. */
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
const reportedUsage = { inputTokens: 9, outputTokens: 2 }
const stoppedText = text.replace('"finish_reason":null', '"finish_reason":"stop"')

t.test('a body cut at any byte is read the same', async t => {
  const bytes = Buffer.from(`data: ${text}\r\n\r\n: x\n\ndata: ${stop}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`)
  for (let at = 1; at < bytes.length; at++) {
    const run = read()
    run.body.write(bytes.subarray(0, at))
    run.body.finish(bytes.subarray(at))
    t.same(await run.completion, { outcome: 'completed', usage: reportedUsage }, `at ${at}`)
    t.equal(run.text(), wholeText)
  }
})

t.test('a body that ends at any byte is complete only after a whole finish reason', async t => {
  const head = `data: ${text}\n\ndata: ${stop}`
  const bytes = Buffer.from(`${head}\n\ndata: ${usage}\n\n`)
  for (let at = 0; at < bytes.length; at++) {
    const run = read()
    run.body.finish(bytes.subarray(0, at))
    const { outcome } = await run.completion
    t.equal(outcome, at < Buffer.byteLength(head) ? 'truncated' : 'completed', `at ${at}`)
  }
})

t.test('text, refusals and reasoning keep a completion alive; comments, empty deltas and usage do not', async t => {
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

t.test('after the finish reason the reader waits only for a moment of silence', async t => {
  const run = await ticking(t)
  await run.write(`data: ${text}\n\ndata: ${stop}\n\n`)
  await run.tick(1999)
  t.equal(run.ended(), false)
  await run.tick(1)
  t.same(await run.completion, { outcome: 'completed', usage: undefined })
  run.end()
})

t.test(
  'a finish reason on a chunk with text or reasoning does not end the completion: the idle limit counts, and text may come',
  async t => {
    for (const first of [{ content: '글' }, { reasoning: '음' }, { content: [{ type: 'thinking', thinking: '음' }] }]) {
      const run = await ticking(t)
      await run.write(`data: ${chunk(first, 'stop')}\n\n`)
      // May also be the first of the text to come.
      if (!('content' in first)) await run.write(`data: ${chunk({ role: 'assistant', content: '' })}\n\n`)
      for (let count = 0; count < 3; count++) {
        await run.tick(59_999)
        t.equal(run.ended(), false)
        await run.write(`data: ${chunk({ content: '글' }, 'stop')}\n\n`)
      }
      await run.tick(59_999)
      t.equal(run.ended(), false)
      await run.tick(1)
      t.match(await run.completion, { outcome: 'stalled', reason: 'idle' })
      run.end()
    }
  },
)

t.test(
  'such a finish reason holds with [DONE], the end of the body or a chunk without text; the last one counts',
  async t => {
    const every = (...reasons: string[]) =>
      reasons.map((reason, at) => `data: ${chunk({ content: String(at) }, reason)}\n\n`).join('')
    for (const [body, outcome, text] of [
      [every('stop', 'stop'), 'completed', '01'],
      [every('length', 'stop'), 'completed', '01'],
      [every('stop', 'length'), 'length', '01'],
      [`${every('stop')}data: ${chunk({}, 'length')}\n\n`, 'length', '0'],
      [`${every('stop')}data: ${stoppedText}\n\n`, 'completed', `0${wholeText}`],
      [`data: ${chunk({ reasoning: '음' }, 'stop')}\n\ndata: ${stoppedText}\n\n`, 'completed', wholeText],
      [`${every('stop')}data: {"choices":[{"delta":{"con`, 'truncated', '0'],
    ] as const) {
      const run = read()
      run.body.finish(body)
      t.match(await run.completion, { outcome }, body)
      t.equal(run.text(), text)
    }
    for (const end of ['data: [DONE]\n\n', `data: ${chunk({})}\n\n`, `data: ${usage}\n\n`]) {
      const run = await ticking(t)
      await run.write(`${every('stop')}${end}`)
      await run.tick(1_999)
      t.equal(run.ended(), false)
      await run.tick(1)
      t.match(await run.completion, { outcome: 'completed' }, end)
      run.end()
    }
    for (const [end, outcome] of [
      ['', 'truncated'],
      ['data: [DONE]\n\n', 'completed'],
      [`data: ${stop}\n\n`, 'completed'],
    ] as const) {
      const run = read()
      run.body.write(`${every('stop')}${end}`)
      run.body.end(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
      t.match(await run.completion, { outcome, ...(outcome === 'truncated' && { reason: 'reset' }) }, end)
    }
  },
)

t.test('text after a finish reason is text, and the idle limit counts again', async t => {
  const run = await ticking(t)
  await run.write(`data: ${chunk({ content: '글' }, 'stop')}\n\ndata: ${chunk({})}\n\n`)
  await run.tick(1_999)
  await run.write(`data: ${chunk({ content: '글' }, 'stop')}\n\n`)
  await run.tick(59_999)
  t.equal(run.ended(), false)
  await run.write(`data: ${stop}\n\n`)
  await run.tick(2_000)
  t.match(await run.completion, { outcome: 'completed' })
  t.equal(run.text(), '글글')
  run.end()
})

t.test('a null written by other languages is no finish reason', async t => {
  for (const none of ['', ' ', 'null', 'NULL', 'None', 'nil', 'undefined']) {
    const run = read()
    run.body.finish(`data: ${chunk({ content: '글' }, none)}\n\ndata: ${chunk({}, none)}\n\ndata: [DONE]\n\n`)
    t.match(await run.completion, { outcome: 'truncated', reason: 'no-finish-reason' }, none)
  }
})

t.test('reasoning in the text is taken out, wherever it is cut, and reported by its length', async t => {
  const pieces = ['<th', 'ink>\n생각', '\n</thi', 'nk>\n\n', wholeText]
  const body = `${pieces.map(content => `data: ${chunk({ content })}\n\n`).join('')}data: ${stop}\n\n`
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += 7) {
    const run = read()
    run.body.write(bytes.subarray(0, at))
    run.body.finish(bytes.subarray(at))
    t.match(await run.completion, {
      outcome: 'completed',
      usage: undefined,
      reasoning: { length: 4, beginning: '\n생각\n' },
    })
    t.equal(run.text(), wholeText)
  }
})

t.test('a block that never closes: gives no text, however it ends, and counts as a sign of life', async t => {
  for (const [reason, outcome] of [
    ['stop', 'completed'],
    ['length', 'length'],
  ]) {
    const run = await ticking(t)
    await run.write(`data: ${chunk({ content: '<think>' })}\n\n`)
    for (let count = 0; count < 3; count++) {
      await run.tick(59_999)
      await run.write(`data: ${chunk({ content: '음' })}\n\n`)
    }
    await run.write(`data: ${chunk({}, reason)}\n\n`)
    await run.tick(2_000)
    t.match(await run.completion, { outcome, reasoning: { length: 3 } })
    t.same(run.pieces, [])
    run.end()
  }
})

t.test('a closing tag alone on its line voids the text before it, at once', async t => {
  const run = read()
  run.body.write(`data: ${chunk({ content: '생각…\n' })}\n\n`)
  t.same(run.pieces, ['생각…\n'])
  run.body.write(`data: ${chunk({ content: '</think>\n\n' })}\n\n`)
  t.same(run.pieces, [])
  t.equal(run.voids(), 1)
  run.body.finish(`data: ${chunk({ content: '본문' })}\n\ndata: ${stop}\n\n`)
  t.match(await run.completion, { outcome: 'completed' })
  t.same(run.pieces, ['본문'])
})

t.test('held text is passed on at the end, also when nothing else comes', async t => {
  const run = await ticking(t)
  await run.write(`data: ${chunk({ content: '1 <' })}\n\n`)
  await run.tick(60_000)
  t.match(await run.completion, { outcome: 'stalled' })
  t.same(run.pieces, ['1 ', '<'])
  run.end()
})

t.test('a text reader that has enough ends the completion as length, whatever else was read', async t => {
  for (const body of [
    `data: ${text}\n\n`,
    `data: ${text}\n\ndata: ${stop}\n\n`,
    `data: ${text}\n\ndata: {"error":"x"}\n\n`,
  ]) {
    const given: string[] = []
    const run = new ScriptedBody()
    const completion = readCompletion(
      run,
      piece => {
        given.push(piece)
        return enough
      },
      limits,
    )
    run.finish(`${body}data: ${text}\n\n`)
    t.match(await completion, { outcome: 'length' }, body)
    t.equal(given.length, 1)
  }
})

t.test('of parts, text is text, thinking is a sign of life, and other types are named', async t => {
  const run = await ticking(t)
  const thinking = chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: '음' }] }] })
  const parts = chunk({
    content: [
      { type: 'thinking', thinking: '음' },
      { type: 'text', text: '학생은 발표를 ' },
      { type: 'reference', reference_ids: [1] },
    ],
  })
  for (let count = 0; count < 2; count++) {
    await run.tick(59_999)
    await run.write(`data: ${thinking}\n\n`)
  }
  await run.write(`data: ${parts}\n\ndata: ${chunk({ content: '성실히 준비함.' })}\n\ndata: ${stop}\n\n`)
  await run.tick(2_000)
  t.match(await run.completion, { outcome: 'completed', reasoning: { length: 3 }, leftOut: ['reference'] })
  t.equal(run.text(), '학생은 발표를 성실히 준비함.')
  run.end()
})

t.test('text in a message or in text is text; a last message that repeats it adds nothing', async t => {
  const message = (content: unknown, reason: string | null = null) =>
    JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: reason }] })
  const legacy = (piece: string, reason: string | null = null) =>
    JSON.stringify({ choices: [{ index: 0, text: piece, finish_reason: reason }] })
  const both = (delta: string, whole: string) =>
    JSON.stringify({ choices: [{ delta: { content: delta }, message: { content: whole }, finish_reason: null }] })
  for (const [name, frames, expected] of [
    ['messages', [message('하'), message('하'), message('호'), message('하하호', 'stop')], '하하호'],
    ['messages only', [message('하'), message('호', 'stop')], '하호'],
    ['one message', [message('하호', 'stop')], '하호'],
    ['a message in parts', [message([{ type: 'text', text: '하호' }], 'stop')], '하호'],
    ['text', [legacy('하'), legacy('호', 'stop')], '하호'],
    ['text, then a message', [legacy('하'), legacy('호'), message('하호', 'stop')], '하호'],
    ['deltas, then a message', [chunk({ content: '하' }), chunk({ content: '호' }), message('하호', 'stop')], '하호'],
    ['deltas, a finish reason, then a message', [chunk({ content: '하호' }), stop, message('하호')], '하호'],
    ['delta wins', [both('하', '하'), both('호', '하호'), stop], '하호'],
    ['empty deltas, then a message', [chunk({ content: '' }), message('하호', 'stop')], '하호'],
    [
      'several choices',
      [
        '{"choices":[{"index":1,"message":{"content":"다른"},"finish_reason":"length"},{"index":0,"delta":{"content":"하호"}}]}',
        '{"choices":[{"index":1,"text":"다른","finish_reason":"length"}]}',
        stop,
      ],
      '하호',
    ],
  ] as const) {
    const run = read()
    for (const data of frames) run.body.write(`data: ${data}\n\n`)
    run.body.finish()
    t.match(await run.completion, { outcome: 'completed' }, name)
    t.equal(run.text(), expected, name)
  }
})

t.test('a refusal that a last message repeats is reported once', async t => {
  const run = read()
  const last = { choices: [{ message: { refusal: '안 됩니다.', content: null }, finish_reason: 'stop' }] }
  run.body.finish(`data: ${chunk({ refusal: '안 됩니다.' })}\n\ndata: ${JSON.stringify(last)}\n\n`)
  t.match(await run.completion, { outcome: 'refused', words: '안 됩니다.' })
})

t.test(
  'a server that sends no finish reason is complete with [DONE], if so configured, and with nothing else',
  async t => {
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
  },
)

t.test('the text of one read is one piece, also when the answer breaks in the middle of it', async t => {
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

t.test('a refusal is kept up to a limit', async t => {
  const run = read()
  run.body.finish(`data: ${chunk({ refusal: 'x'.repeat(50_000) })}\n\ndata: ${stop}\n\n`)
  const completion = await run.completion
  t.equal(completion.outcome === 'refused' && completion.words.length, 2000)
})

t.test('an error of the text reader is rethrown', async t => {
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
  let voids = 0
  const onDelta: TextReader = (delta, isVoid) => {
    if (isVoid) {
      voids++
      pieces.length = 0
    } else t.not(delta, '')
    if (delta !== '') pieces.push(delta)
  }
  const completion = readCompletion(body, onDelta, { ...limits, ...more })
  return { body, completion, pieces, text: () => pieces.join(''), voids: () => voids }
}

/** With a clock that stands still until the test moves it. */
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
