import fakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { openModel } from '../../src/ai/client.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

const format = { name: 'quiz', schema: { type: 'object', properties: {}, required: [], additionalProperties: false } }

t.test('JSON is asked for by its schema, and not at all unless a format is given', async t => {
  const { complete, asked, upstream } = await modelFor(t, takes(['json_schema', 'none']))
  t.match(await complete(), { outcome: 'completed' })
  t.same(upstream.completions[0]?.body.response_format, {
    type: 'json_schema',
    json_schema: { name: 'quiz', strict: true, schema: format.schema },
  })
  t.match(await complete({ format: undefined }), { outcome: 'completed' })
  t.notOk('response_format' in (upstream.completions[1]?.body ?? {}))
  t.same(asked(), ['json_schema', 'none'])
})

for (const status of [400, 404, 415, 422, 501]) {
  t.test(`a ${status} to a schema: the client asks for any JSON, then for none, and remembers what works`, async t => {
    const { complete, asked } = await modelFor(t, takes(['json_object', 'none'], status))
    t.match(await complete(), { outcome: 'completed' })
    t.match(await complete(), { outcome: 'completed' })
    t.same(asked(), ['json_schema', 'json_object', 'json_object'])
    const least = await modelFor(t, takes(['none'], status))
    t.match(await least.complete(), { outcome: 'completed' })
    t.match(await least.complete(), { outcome: 'completed' })
    t.same(least.asked(), ['json_schema', 'json_object', 'none', 'none'])
  })
}

t.test('a refusal of the request, not of the form, is reported as the last answer gives it', async t => {
  let refusals = 0
  const refuse: Script = ({ response }) => {
    refusals++
    response.writeHead(400, { 'content-type': 'application/json' }).end(`{"error":{"code":"no_${refusals}"}}`)
  }
  const { upstream, complete, asked } = await modelFor(t, refuse)
  t.match(await complete(), { outcome: 'rejected', status: 400, detail: /no_3/ })
  t.same(asked(), ['json_schema', 'json_object', 'none'])
  upstream.reset(takes(['json_schema']))
  t.match(await complete(), { outcome: 'completed' })
  t.same(asked(), ['json_schema'], 'nothing was remembered')
})

t.test('without a format a refusal is final', async t => {
  const { complete, asked } = await modelFor(t, takes(['json_schema'], 400))
  t.match(await complete({ format: undefined }), { outcome: 'rejected', status: 400 })
  t.same(asked(), ['none'])
})

t.test('any other status does not count as a refusal of the form', async t => {
  for (const status of [401, 403, 413]) {
    const { complete, asked } = await modelFor(t, takes(['none'], status))
    t.match(await complete(), { outcome: 'rejected', status })
    t.same(asked(), ['json_schema'])
  }
  for (const status of [429, 500, 503]) {
    const { complete, asked } = await modelFor(t, takes(['none'], status))
    t.match(await complete(), { outcome: 'unavailable', status, detail: /4 times in a row/ })
    t.same(asked(), Array(4).fill('json_schema'))
  }
})

t.test('a weaker form is remembered only once the model has written with it', async t => {
  const { upstream, complete, asked } = await modelFor(t, completion => {
    if (formOf(completion) === 'json_schema') completion.response.writeHead(400).end()
    else completion.raw('data: {"error":{"code":"overloaded"}}\n\n').response.end()
  })
  t.match(await complete(), { outcome: 'broken' })
  upstream.reset(takes(['json_object']))
  t.match(await complete(), { outcome: 'completed' })
  t.match(await complete(), { outcome: 'completed' })
  t.same(asked(), ['json_schema', 'json_object', 'json_object'])
})

t.test('a retry goes on with the form reached before it, and all forms share the retries', async t => {
  let busy = 2
  const { complete, asked, retries } = await modelFor(t, completion => {
    const form = formOf(completion)
    if (form === 'json_schema') completion.response.writeHead(400).end()
    else if (busy-- > 0) completion.response.writeHead(503).end()
    else completion.delta('{}').finish()
  })
  t.match(await complete(), { outcome: 'completed' })
  t.same(asked(), ['json_schema', 'json_object', 'json_object', 'json_object'])
  t.equal(retries(), 2)
  busy = Number.POSITIVE_INFINITY
  t.match(await complete(), { outcome: 'unavailable', detail: /4 times in a row/ })
})

t.test('an abort ends the completion, and no weaker form is sent', async t => {
  const abort = new AbortController()
  const { complete, asked } = await modelFor(t, ({ response }) => {
    abort.abort()
    response.writeHead(400).end()
  })
  t.match(await complete({ signal: abort.signal }), { outcome: 'aborted' })
  t.same(asked(), ['json_schema'])
})

t.test('after an hour the strongest form is tried again, however often the weaker one was used', async t => {
  const clock = fakeTimers.install({ toFake: ['performance'] })
  t.teardown(() => clock.uninstall())
  const minute = 60_000
  const { upstream, complete, asked } = await modelFor(t, takes(['json_object']))
  await complete()
  clock.tick(30 * minute)
  await complete()
  clock.tick(30 * minute - 1)
  await complete()
  t.same(asked(), ['json_schema', 'json_object', 'json_object', 'json_object'])
  clock.tick(1)
  upstream.reset(takes(['json_schema']))
  await complete()
  await complete()
  t.same(asked(), ['json_schema', 'json_schema'])
})

t.test('a form that worked and is refused now gives way to a weaker one', async t => {
  const { upstream, complete, asked } = await modelFor(t, takes(['json_object']))
  await complete()
  upstream.reset(takes(['none']))
  t.match(await complete(), { outcome: 'completed' })
  t.match(await complete(), { outcome: 'completed' })
  t.same(asked(), ['json_object', 'none', 'none'])
})

t.test('the log reports a weaker form, and nothing of the request or the answer', async t => {
  const { complete, lines } = await modelFor(t, takes(['json_object']))
  await complete()
  t.same(lines, [
    {
      model: 'test',
      member: 'response_format',
      refused: 'json_schema',
      next: 'json_object',
      status: 400,
      message: 'asking the model in a form that its server may take',
    },
  ])
})

/** A server that writes when a request has one of these forms, and refuses others. */
function takes(forms: string[], status = 400): Script {
  return completion => {
    const { response } = completion
    if (forms.includes(formOf(completion))) completion.delta('{"questions"', ':[]}').finish()
    else response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"SECRET"}}')
  }
}

function formOf({ body }: UpstreamCompletion): string {
  return body.response_format?.type ?? 'none'
}

async function modelFor(t: Test, script: Script) {
  const upstream = await startUpstream(t, script)
  const lines: object[] = []
  const model = openModel({
    name: 'test',
    demo: false,
    apiKey: 'sk-test',
    baseUrl: upstream.baseUrl,
    limits: readConfig({ UPSTREAM_RETRY_SECONDS: '0.01' }).upstream,
    maxSockets: 10,
    logger: { warn: (fields, message) => lines.push({ ...fields, message }) },
  })
  t.teardown(() => model.close())
  return {
    upstream,
    lines,
    asked: () => upstream.completions.map(formOf),
    retries: () => model.state().retries,
    complete: (options: { format?: typeof format; signal?: AbortSignal } = {}) =>
      model.complete({
        messages: [{ role: 'user', content: 'SECRET 문제를 JSON으로' }],
        signal: new AbortController().signal,
        onDelta() {},
        format,
        ...options,
      }),
  }
}
