import t from 'tap'
import { errorCode, readFrame } from '../../src/ai/frame.ts'

const nothing = { kind: 'chunk', content: '', refusal: '', reasoning: false, thoughts: '' }

t.test('a chunk is read from its first choice', async t => {
  t.match(readFrame('{"choices":[{"index":0,"delta":{"content":"글"},"finish_reason":null}]}'), {
    ...nothing,
    content: '글',
  })
  t.match(readFrame('{"choices":[{"delta":{"refusal":"no"},"finish_reason":"STOP"}]}'), {
    refusal: 'no',
    finishReason: 'stop',
  })
  for (const name of ['reasoning', 'reasoning_content'])
    t.match(readFrame(`{"choices":[{"delta":{"${name}":"hm"}}]}`), { content: '', reasoning: true })
  t.match(readFrame('{"choices":[{"index":1,"delta":{"content":"other"}}]}'), nothing)
})

t.test('the content of a chunk may stand in message or text; a delta that has content wins', async t => {
  const choice = (members: string) => readFrame(`{"choices":[{"index":1,"text":"x"},{"index":0,${members}}]}`)
  t.match(choice('"message":{"content":"글"}'), { content: '글', from: 'message' })
  t.match(choice('"text":"글","finish_reason":"stop"'), { content: '글', from: 'text', finishReason: 'stop' })
  t.match(choice('"delta":{"content":"글"},"message":{"content":"다른"},"text":"x"'), { content: '글', from: 'delta' })
  t.match(choice('"delta":{"content":""},"message":{"content":"글"}'), { content: '글', from: 'message' })
  t.match(choice('"delta":{"reasoning":"음"},"message":null'), { content: '', reasoning: true, thoughts: '음' })
  t.match(choice('"message":{"reasoning_content":"음","refusal":"안 됨"}'), { reasoning: true, refusal: '안 됨' })
})

t.test('a finish reason that means none is ignored', async t => {
  for (const none of ['""', '" "', '"null"', '"None"', '"undefined"', 'null', '0', '{}', 'false'])
    t.equal(finishReason(none), undefined, none)
  t.equal(finishReason('" STOP "'), 'stop')

  function finishReason(json: string) {
    const frame = readFrame(`{"choices":[{"delta":{},"finish_reason":${json}}]}`)
    return frame.kind === 'chunk' ? frame.finishReason : frame
  }
})

t.test('usage is two counts that the database can store, or none', async t => {
  const usage = (text: string) => {
    const frame = readFrame(`{"choices":[],"usage":${text}}`)
    return frame.kind === 'chunk' ? frame.usage : frame
  }
  t.same(usage('{"prompt_tokens":9,"completion_tokens":0}'), { inputTokens: 9, outputTokens: 0 })
  for (const none of [
    'null',
    '7',
    '{}',
    '{"prompt_tokens":9}',
    '{"prompt_tokens":"9","completion_tokens":1}',
    '{"prompt_tokens":-9,"completion_tokens":1}',
    '{"prompt_tokens":9.5,"completion_tokens":1}',
    '{"prompt_tokens":3000000000,"completion_tokens":1}',
  ])
    t.equal(usage(none), undefined, none)
})

t.test('reading a frame never fails, whatever its fields are', async t => {
  const values = ['null', '0', '""', '"x"', '[]', '{}', 'true', '[null]', '{"a":1}']
  for (const one of values) {
    for (const json of [
      one,
      `{"choices":${one}}`,
      `{"choices":[${one}]}`,
      `{"choices":[{"delta":${one},"finish_reason":${one}}]}`,
      `{"choices":[{"message":${one},"text":${one}}]}`,
      `{"choices":[{"message":{"content":[{"type":${one},"text":${one},"thinking":${one}}]}}]}`,
      `{"choices":[{"delta":{"content":${one},"refusal":${one},"reasoning":${one}}}],"usage":${one}}`,
    ])
      t.ok(['chunk', 'garbled'].includes(readFrame(json).kind), json)
  }
})

t.test('errors are read in every dialect', async t => {
  for (const [data, code] of [
    ['{"error":{"message":"m","type":"t","code":"c"}}', 'c'],
    ['{"error":{"message":"m","type":"t","code":null}}', 't'],
    ['{"error":{"message":"m","code":503,"status":"UNAVAILABLE"}}', 'UNAVAILABLE'],
    ['{"error":{"message":"m","code":503}}', '503'],
    ['[{"error":{"code":503}}]', '503'],
    ['{"object":"error","message":"m","code":400}', '400'],
    ['{"error":"words of the provider"}', undefined],
    ['{"error":{"code":"sk-secret key of someone"}}', undefined],
    [`{"error":{"code":"${'x'.repeat(41)}"}}`, undefined],
  ] as const)
    t.same(readFrame(data), { kind: 'error', code }, data)
  t.same(readFrame('whatever', 'error'), { kind: 'error', code: undefined })
  t.match(readFrame('{"error":null,"choices":[]}'), nothing)
  t.equal(errorCode(undefined), undefined)
})

t.test('the end, nothing, and garbage', async t => {
  t.same(readFrame(' [DONE] '), { kind: 'done' })
  t.match(readFrame(''), nothing)
  for (const garbage of ['x', '{', 'null', '7', '[]']) t.same(readFrame(garbage), { kind: 'garbled' }, garbage)
})
