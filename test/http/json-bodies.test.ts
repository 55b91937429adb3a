import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { jsonBodies } from '../../src/http/json-bodies.ts'
import { problems } from '../../src/http/problems.ts'
import { useStrictValidation } from '../../src/http/validation.ts'

/** The answer to a request: what its route saw of a body, or the problem. */
async function appFor(t: Test) {
  const app = Fastify()
  t.teardown(() => app.close())
  useStrictValidation(app)
  await app.register(jsonBodies)
  await app.register(problems)
  const seen = async ({ body }: { body: unknown }) => ({ body: body === undefined ? 'none' : body })
  app.post('/json', { schema: { body: Type.Object({}) } }, seen)
  app.post('/nothing', seen)
  app.delete('/nothing', seen)
  return async (method: 'POST' | 'DELETE', url: string, type: string | undefined, payload?: string) =>
    (await app.inject({ method, url, payload, headers: type === undefined ? {} : { 'content-type': type } })).json()
}

const others = [
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=a',
  'a/b',
]

t.test('where a route takes JSON, every other type is 415', async t => {
  const send = await appFor(t)
  for (const type of [...others, 'application/jsonp', 'application/xml', '🌊'])
    t.match(
      await send('POST', '/json', type, '{}'),
      { status: 415, code: 'unsupported-media-type', detail: /application\/json/ },
      type,
    )
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON'])
    t.match(await send('POST', '/json', type, '{}'), { body: {} }, type)
})

t.test('a body without a type is not JSON', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(jsonBodies)
  app.post('/', async () => 'ok')
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const response = await fetch(url, { method: 'POST', body: new Blob(['{}']) })
  t.equal(response.status, 415)
})

t.test('where no body is needed, an empty one counts as none, whatever its type', async t => {
  const send = await appFor(t)
  for (const method of ['POST', 'DELETE'] as const)
    for (const type of [undefined, 'application/json', ...others])
      t.match(await send(method, '/nothing', type, ''), { body: 'none' }, `${method} ${type}`)
  t.match(await send('POST', '/nothing', 'application/json', '{"a":1}'), { body: { a: 1 } })
  t.match(await send('POST', '/nothing', 'text/plain', 'a'), { status: 415 })
})

t.test('where a body is needed, an empty one counts as missing', async t => {
  const send = await appFor(t)
  for (const type of [undefined, 'application/json'])
    t.match(await send('POST', '/json', type, ''), { status: 400, code: 'invalid-request', detail: /missing/ })
})

t.test('members with a meaning in JavaScript are refused as before', async t => {
  const send = await appFor(t)
  for (const payload of ['{"__proto__": {}}', '{"a": {"constructor": {"prototype": {}}}}', '{', ' ', '\u{feff}'])
    t.match(await send('POST', '/json', 'application/json', payload), { status: 400, code: 'malformed-json' }, payload)
})
