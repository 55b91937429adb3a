import fakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { openModel } from '../../src/ai/client.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

const format = { name: 'quiz', schema: { type: 'object', properties: {}, required: [], additionalProperties: false } }
const names = ['stream_options', 'response_format', 'max_completion_tokens', 'max_tokens'] as const
type Name = (typeof names)[number]

t.test('the request asks for usage, and for a limit only if there is one', async t => {
  const { complete, asked, upstream } = await modelFor(t, takes(['stream_options', 'max_completion_tokens']))
  t.match(await complete(), { outcome: 'completed', usage: { inputTokens: 9 } })
  t.match(await complete({ maxOutputTokens: 1234 }), { outcome: 'completed' })
  t.same(asked(), ['stream_options', 'stream_options max_completion_tokens'])
  t.match(upstream.completions[1]?.body, { stream_options: { include_usage: true }, max_completion_tokens: 1234 })
})

for (const status of [400, 422]) {
  t.test(`a ${status} that names a member: the client leaves the member out, and remembers that`, async t => {
    const { complete, asked, retries, lines } = await modelFor(t, takes([], status))
    t.match(await complete(), { outcome: 'completed' })
    t.match(await complete(), { outcome: 'completed' })
    t.same(asked(), ['stream_options', '', ''])
    t.equal(retries(), 0, 'it does not count as a retry')
    t.same(lines, [
      {
        model: 'test',
        member: 'stream_options',
        refused: 'stream_options',
        next: 'none',
        status,
        message: 'asking the model in a form that its server may take',
      },
    ])
  })
}

t.test('a limit goes by its old name where the new one is refused, and is left out where both are', async t => {
  const old = await modelFor(t, takes(['stream_options', 'max_tokens']))
  t.match(await old.complete({ maxOutputTokens: 5 }), { outcome: 'completed' })
  t.match(await old.complete({ maxOutputTokens: 7 }), { outcome: 'completed' })
  t.same(old.asked(), [
    'stream_options max_completion_tokens',
    'stream_options max_tokens',
    'stream_options max_tokens',
  ])
  t.match(old.upstream.completions[2]?.body, { max_tokens: 7 })
  const neither = await modelFor(t, takes(['stream_options']))
  t.match(await neither.complete({ maxOutputTokens: 5 }), { outcome: 'completed' })
  t.match(await neither.complete({ maxOutputTokens: 5 }), { outcome: 'completed' })
  t.same(neither.asked().slice(2), ['stream_options', 'stream_options'])
})

t.test('a server that takes none of the members gets one request for each, and JSON keeps its own ladder', async t => {
  const { complete, asked } = await modelFor(t, takes([], 422))
  const everything = { format, maxOutputTokens: 5 }
  t.match(await complete(everything), { outcome: 'completed' })
  t.match(await complete(everything), { outcome: 'completed' })
  t.same(asked(), [
    'stream_options response_format max_completion_tokens',
    'response_format max_completion_tokens',
    'response_format max_completion_tokens',
    'max_completion_tokens',
    'max_tokens',
    '',
    '',
  ])
})

t.test('a refusal that names a member leaves the form of JSON as it is', async t => {
  const { complete, asked, upstream } = await modelFor(t, takes(['response_format']))
  t.match(await complete({ format }), { outcome: 'completed' })
  t.same(asked(), ['stream_options response_format', 'response_format'])
  t.match(upstream.completions[1]?.body, { response_format: { type: 'json_schema' } })
})

t.test('any other refusal is final, and nothing is remembered', async t => {
  const refusals: [number, unknown][] = [
    [400, { error: { message: 'messages must not be empty', param: 'messages' } }],
    [400, { error: { message: 'max_tokens is unknown' } }],
    [422, ''],
    [404, { error: { message: 'stream_options' } }],
    [403, { error: { message: 'stream_options' } }],
  ]
  for (const [status, body] of refusals) {
    const { upstream, complete, asked } = await modelFor(t, ({ response }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
    t.match(await complete(), { outcome: 'rejected', status })
    t.same(asked(), ['stream_options'])
    upstream.reset()
    t.match(await complete(), { outcome: 'completed' })
    t.same(asked(), ['stream_options'])
  }
})

t.test('a refusal that names a member that was not sent is final', async t => {
  const { complete, asked } = await modelFor(t, ({ response }) =>
    response.writeHead(400).end('{"error":{"param":"stream_options"}}'),
  )
  t.match(await complete(), { outcome: 'rejected', status: 400 })
  t.same(asked(), ['stream_options', ''])
})

t.test('after an hour the client sends a member again, however often it left it out', async t => {
  const clock = fakeTimers.install({ toFake: ['performance'] })
  t.teardown(() => clock.uninstall())
  const { upstream, complete, asked } = await modelFor(t, takes(['max_tokens']))
  await complete()
  clock.tick(30 * 60_000)
  await complete({ maxOutputTokens: 5 })
  clock.tick(30 * 60_000 - 1)
  await complete()
  t.same(asked(), ['stream_options', '', 'max_completion_tokens', 'max_tokens', ''])
  clock.tick(1)
  upstream.reset(takes(['stream_options', 'max_tokens']))
  await complete({ maxOutputTokens: 5 })
  await complete({ maxOutputTokens: 5 })
  const both = 'stream_options max_tokens'
  t.same(asked(), [both, both], 'each is remembered for an hour of its own')
})

t.test('refusals are no failures of the server: the circuit stays closed, and a probe closes it', async t => {
  const { upstream, complete, breaker } = await modelFor(t, takes([]), {
    UPSTREAM_BREAKER_FAILURES: '1',
    UPSTREAM_BREAKER_SECONDS: '0.001',
    UPSTREAM_RETRIES: '0',
  })
  for (let count = 0; count < 5; count++) {
    t.match(await complete({ format, maxOutputTokens: 5 }), { outcome: 'completed' })
    t.equal(breaker(), 'closed')
  }
  upstream.answer(({ response }) => response.writeHead(503).end())
  while (breaker() === 'closed') await complete()
  upstream.answer(takes([]))
  while (breaker() !== 'closed') await complete()
  t.match(await complete(), { outcome: 'completed' })
})

t.test('neither the log nor the end repeats what the server says', async t => {
  const { complete, lines } = await modelFor(t, ({ response }) =>
    response.writeHead(422).end('{"detail":[{"loc":["body","stream_options"],"input":"SECRET"}],"SECRET":1}'),
  )
  t.notMatch(JSON.stringify([await complete(), lines]), /SECRET/)
})

/** A server that refuses all other optional members: the first that it finds, by its name. */
function takes(taken: Name[], status = 400): Script {
  return completion => {
    const refused = sentTo(completion).find(name => !taken.includes(name))
    if (refused === undefined) return completion.delta('{"questions"', ':[]}').finish()
    const body = {
      detail: [{ type: 'extra_forbidden', loc: ['body', refused], msg: 'Extra inputs are not permitted' }],
    }
    completion.response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

function sentTo({ body }: UpstreamCompletion): Name[] {
  return names.filter(name => name in body)
}

async function modelFor(t: Test, script: Script, env: Record<string, string> = {}) {
  const upstream = await startUpstream(t, script)
  const lines: object[] = []
  const model = openModel({
    name: 'test',
    demo: false,
    apiKey: 'sk-test',
    baseUrl: upstream.baseUrl,
    limits: readConfig({ UPSTREAM_RETRY_SECONDS: '0.01', ...env }).upstream,
    maxSockets: 10,
    logger: { warn: (fields, message) => lines.push({ ...fields, message }) },
  })
  t.teardown(() => model.close())
  return {
    upstream,
    lines,
    asked: () => upstream.completions.map(completion => sentTo(completion).join(' ')),
    retries: () => model.state().retries,
    breaker: () => model.state().breaker,
    complete: (wishes: { format?: typeof format; maxOutputTokens?: number } = {}) =>
      model.complete({
        messages: [{ role: 'user', content: 'SECRET' }],
        signal: new AbortController().signal,
        onDelta() {},
        ...wishes,
      }),
  }
}
