import { once } from 'node:events'
import { connect } from 'node:net'
import OpenAI from 'openai'
import t, { type Test } from 'tap'
import { Agent, fetch as undiciFetch } from 'undici'
import { type DemoModelOptions, startDemoModel } from '../../src/demo-model/server.ts'
import { quizFormat, quizPrompt } from '../../src/kinds/quizzes/prompt.ts'
import { recordPrompt } from '../../src/kinds/records/prompt.ts'

const messages = recordPrompt(
  { category: 'subject', observations: '몬티홀 문제를 실험으로 검증했다. 결과를 설명했다.' },
  0,
)

async function demo(t: Test, options: Partial<DemoModelOptions> = {}) {
  const model = await startDemoModel({ tokensPerSecond: 1e6, ...options })
  t.teardown(() => model.close())
  const post = (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${model.baseUrl}/chat/completions`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { ...model, post }
}

function sdk(t: Test, baseURL: string): OpenAI {
  const dispatcher = new Agent({ allowH2: false })
  t.teardown(() => dispatcher.destroy())
  const fetch = undiciFetch as unknown as typeof globalThis.fetch
  return new OpenAI({ apiKey: 'any', baseURL, maxRetries: 0, fetch, fetchOptions: { dispatcher } as never })
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

t.test('the SDK streams a completion: role first, text, a finish reason, the usage last', async t => {
  const { baseUrl, model } = await demo(t)
  const client = sdk(t, baseUrl)
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks = await collect(stream)

  t.match(chunks[0]?.choices[0], { delta: { role: 'assistant', content: '' }, finish_reason: null })
  t.match(chunks.at(-2)?.choices[0], { delta: {}, finish_reason: 'stop' })
  t.same(chunks.at(-1)?.choices, [])
  const deltas = chunks.map(chunk => chunk.choices[0]?.delta.content ?? '')
  t.match(deltas.join(''), /몬티홀 문제를 실험으로 검증함\..*\.$/)
  t.ok(deltas.length > 30)
  t.same(chunks.at(-1)?.usage?.completion_tokens, deltas.filter(delta => delta !== '').length)
  t.ok(chunks.slice(0, -1).every(chunk => chunk.usage === null))
  t.equal(new Set(chunks.map(chunk => `${chunk.id} ${chunk.created} ${chunk.object} ${chunk.model}`)).size, 1)
  t.match(chunks[0], { id: /^chatcmpl-/, object: 'chat.completion.chunk', model: 'conch-demo' })
})

t.test('the SDK gets the same text in one piece', async t => {
  const { baseUrl, model } = await demo(t)
  const client = sdk(t, baseUrl)
  const whole = await client.chat.completions.create({ model, messages })
  t.match(whole, {
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: 'stop' }],
  })
  const streamed = await collect(await client.chat.completions.create({ model, messages, stream: true }))
  t.equal(whole.choices[0]?.message.content, streamed.map(chunk => chunk.choices[0]?.delta.content ?? '').join(''))
  t.notOk(streamed.some(chunk => 'usage' in chunk))
  const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = whole.usage ?? {}
  t.ok(prompt_tokens > 100 && completion_tokens > 30)
  t.equal(total_tokens, prompt_tokens + completion_tokens)
})

t.test('the SDK lists the one model', async t => {
  const { baseUrl, model } = await demo(t)
  const models = await collect(sdk(t, baseUrl).models.list())
  t.match(models, [{ id: model, object: 'model', owned_by: 'conch' }])
})

t.test('a limit of tokens is kept and reported', async t => {
  const { baseUrl, model } = await demo(t)
  const client = sdk(t, baseUrl)
  for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }, { max_tokens: 9, max_completion_tokens: 5 }]) {
    const { choices, usage } = await client.chat.completions.create({ model, messages, ...limit })
    t.equal(choices[0]?.finish_reason, 'length')
    t.equal(usage?.completion_tokens, 5)
  }
  const roomy = await client.chat.completions.create({ model, messages, max_tokens: 100_000 })
  t.equal(roomy.choices[0]?.finish_reason, 'stop')
})

t.test('the SDK streams the JSON it asks for', async t => {
  const { baseUrl, model } = await demo(t)
  const quiz = { topic: '한국사', questionCount: 3, difficulty: 'easy' as const, choices: 4 }
  const stream = await sdk(t, baseUrl).chat.completions.create({
    model,
    messages: quizPrompt(quiz),
    response_format: { type: 'json_schema', json_schema: { ...quizFormat(quiz), strict: true } },
    stream: true,
  })
  const deltas = (await collect(stream)).map(chunk => chunk.choices[0]?.delta.content ?? '')
  t.ok(deltas.length > 30)
  t.equal(JSON.parse(deltas.join('')).questions.length, 3)
})

t.test('the wire is what OpenAI sends: data frames, then [DONE], nothing else', async t => {
  const { post } = await demo(t)
  const response = await post({ model: 'any', messages, stream: true })
  t.equal(response.status, 200)
  t.match(response.headers.get('content-type'), /^text\/event-stream/)
  const body = await response.text()
  const frames = body.split('\n\n')
  t.equal(frames.pop(), '')
  t.equal(frames.pop(), 'data: [DONE]')
  for (const frame of frames) {
    t.notMatch(frame, /\n/)
    t.match(JSON.parse(frame.replace(/^data: /, '')), { choices: [{ index: 0 }] })
  }
})

t.test('the text of a message may come in parts', async t => {
  const { post } = await demo(t)
  const content = [{ type: 'text', text: '오늘 친구와 ' }, { type: 'image_url' }, { type: 'text', text: '싸웠다' }]
  const response = await post({ model: 'any', messages: [{ role: 'user', content }] })
  t.match(await response.json(), { choices: [{ message: { content: /오늘 친구와 싸웠다/ } }] })
})

const user = [{ role: 'user', content: '안녕' }]
const refusals: [name: string, body: unknown, param: string | null][] = [
  ['no JSON', '{', null],
  ['no object', [], null],
  ['no model', { messages: user }, 'model'],
  ['no messages', { model: 'm' }, 'messages'],
  ['an empty list of messages', { model: 'm', messages: [] }, 'messages'],
  ['an unknown role', { model: 'm', messages: [{ role: 'boss', content: '' }] }, 'messages[0].role'],
  ['a message without content', { model: 'm', messages: [...user, { role: 'user' }] }, 'messages[1].content'],
  ['a message that is none', { model: 'm', messages: ['안녕'] }, 'messages[0]'],
  ['two choices', { model: 'm', messages: user, n: 2 }, 'n'],
  ['a stream that is no boolean', { model: 'm', messages: user, stream: 'yes' }, 'stream'],
  [
    'stream options without a stream',
    { model: 'm', messages: user, stream_options: { include_usage: true } },
    'stream_options',
  ],
  ['an unknown format', { model: 'm', messages: user, response_format: { type: 'xml' } }, 'response_format.type'],
  [
    'a schema without an instance',
    {
      model: 'm',
      messages: user,
      response_format: { type: 'json_schema', json_schema: { name: 'm', schema: { $ref: '#' } } },
    },
    'response_format.json_schema.schema',
  ],
  ['no room for a token', { model: 'm', messages: user, max_tokens: 0 }, 'max_tokens'],
]

t.test('a malformed request is refused with 400, and its place is named', async t => {
  const { post } = await demo(t)
  for (const [name, body, param] of refusals) {
    const response = await post(body)
    t.equal(response.status, 400, name)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    t.match(error, { message: String, type: 'invalid_request_error', param, code: null }, name)
  }
})

t.test('an unknown path is 404, another method 405, another type 415, too large a body 413', async t => {
  const { baseUrl, post } = await demo(t)
  const cases: [response: Promise<Response>, status: number][] = [
    [fetch(`${baseUrl}/responses`), 404],
    [fetch(`${baseUrl}/chat/completions`), 405],
    [fetch(`${baseUrl}/models`, { method: 'POST', body: '{}' }), 405],
    [post(JSON.stringify({ model: 'm', messages: user }), { 'content-type': 'text/plain' }), 415],
    [post({ model: 'm', messages: [{ role: 'user', content: 'a'.repeat(4 * 1024 * 1024) }] }), 413],
  ]
  for (const [pending, status] of cases) {
    const response = await pending
    t.equal(response.status, status)
    t.match(await response.json(), {
      error: { message: String, type: 'invalid_request_error', param: null, code: String },
    })
  }
  t.equal((await fetch(`${baseUrl}/models`, { method: 'DELETE' })).headers.get('allow'), 'GET, HEAD')
})

t.test('the SDK understands a refusal', async t => {
  const { baseUrl } = await demo(t)
  const refused = await sdk(t, baseUrl)
    .chat.completions.create({ model: '', messages })
    .catch(error => error)
  t.ok(refused instanceof OpenAI.BadRequestError)
  t.match(refused, { status: 400, param: 'model', type: 'invalid_request_error' })
})

t.test('a client that disconnects stops the work', async t => {
  const { baseUrl } = await demo(t, { tokensPerSecond: 1 / 3600 })
  const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1')
  await once(socket, 'connect')
  const before = timers()
  const body = JSON.stringify({ model: 'm', messages: user, stream: true })
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: demo\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  let received = ''
  while (!received.includes('assistant')) received += String((await once(socket, 'data'))[0])
  t.equal(timers(), before + 1, 'the next token is being waited for')
  socket.destroy()
  while (timers() > before) await new Promise(resolve => setImmediate(resolve))
})

t.test('a client that disconnects before its request is whole does no harm', async t => {
  const { baseUrl, post, close } = await demo(t)
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1')
  await once(socket, 'connect')
  const half =
    'POST /v1/chat/completions HTTP/1.1\r\nhost: demo\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'
  await new Promise(resolve => socket.write(half, resolve))
  socket.destroy()
  t.equal((await post({ model: 'm', messages: user })).status, 200)
  await close()
})

t.test('close ends open streams without a finish reason, and can be called again', async t => {
  const { post, close } = await demo(t, { tokensPerSecond: 1 / 3600 })
  const response = await post({ model: 'm', messages: user, stream: true })
  const reading = response.text()
  await Promise.all([close(), close()])
  await t.rejects(reading, { message: 'terminated' })
  await close()
})

t.test('streams do not wait for each other', async t => {
  const { post } = await demo(t)
  const bodies = await Promise.all(
    Array.from({ length: 50 }, async () => (await post({ model: 'm', messages, stream: true })).text()),
  )
  for (const body of bodies) t.match(body, /"finish_reason":"stop"[^\n]*\n\ndata: \[DONE\]\n\n$/)
})

t.test('the server listens on loopback only, on another port each time', async t => {
  const [one, other] = [await demo(t), await demo(t)]
  for (const { baseUrl } of [one, other]) t.match(baseUrl, /^http:\/\/127\.0\.0\.1:\d+\/v1$/)
  t.not(one.baseUrl, other.baseUrl)
})

t.test('an invalid pace is refused', async t => {
  for (const tokensPerSecond of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await t.rejects(startDemoModel({ tokensPerSecond }), RangeError)
  }
})
