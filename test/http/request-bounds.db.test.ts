import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { problems } from '../../src/http/problems.ts'
import { requestBounds } from '../../src/http/request-bounds.ts'
import { useStrictValidation } from '../../src/http/validation.ts'
import { anyRecord } from '../support/any-record.ts'
import { type Conch, startConch } from '../support/conch.ts'
import { operatorToken } from '../support/operator.ts'

let conch: Conch
t.before(async () => {
  // With every channel, so that the schemas that name the channels are as large as they get.
  conch = await startConch(t, {
    WEBHOOKS: 'true',
    WEB_PUSH_CONTACT: 'mailto:a@example.org',
    OPERATOR_TOKEN: operatorToken,
  })
})

interface Schema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  $ref?: string
  maxLength?: number
  maxItems?: number
  maxProperties?: number
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
}

interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses?: Record<string, { content?: Record<string, { schema?: Schema }> }>
}

async function operations(): Promise<[name: string, operation: Operation][]> {
  const { paths } = (await (await fetch(`${conch.url}/docs/json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ) as [string, Operation][]
}

/** The places in a schema whose values have no bound. */
function unbounded(schema: Schema, at: string, { strings }: { strings: boolean }): string[] {
  const inside = (part: Schema, name: string) => unbounded(part, `${at}/${name}`, { strings })
  const choices = [schema.anyOf, schema.oneOf].find(found => found)
  if (choices) return choices.flatMap((choice, index) => inside(choice, `${index}`))
  if ('const' in schema || schema.enum) return []
  switch (schema.type) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'null':
      return []
    case 'string':
      return strings && schema.maxLength === undefined ? [`${at}: a string`] : []
    case 'array':
      return [
        ...(schema.maxItems === undefined ? [`${at}: an array`] : []),
        ...(schema.items ? inside(schema.items, 'items') : [`${at}: items of any kind`]),
      ]
    case 'object': {
      const unknown = schema.additionalProperties
      // An answer has the members that its schema names: others are left out when it is written.
      const open = strings ? unknown !== false : unknown !== undefined && unknown !== false
      return [
        ...(open && schema.maxProperties === undefined ? [`${at}: unknown members`] : []),
        ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => inside(member, name)),
      ]
    }
    default:
      return [`${at}: ${JSON.stringify(schema)}`]
  }
}

t.test('every part of a request has a bound: its address, query, headers and body', async t => {
  const found = await operations()
  t.ok(found.length > 40, `${found.length} operations`)
  let bodies = 0
  for (const [name, { parameters = [], requestBody }] of found) {
    for (const parameter of parameters)
      t.same(unbounded(parameter.schema, `${parameter.in}/${parameter.name}`, { strings: true }), [], name)
    const inPath = Array.from(name.matchAll(/\{(\w+)\}/g), ([, parameter]) => parameter)
    const described = parameters.filter(parameter => parameter.in === 'path').map(parameter => parameter.name)
    t.same(described, inPath, `${name} describes what its address may hold`)
    if (!requestBody) continue
    bodies++
    t.same(Object.keys(requestBody.content), ['application/json'], name)
    for (const { schema } of Object.values(requestBody.content))
      t.same(unbounded(schema, 'body', { strings: true }), [], name)
  }
  t.ok(bodies >= 13, `${bodies} bodies`)
})

/**
 * Schemas of answers do not limit the length of texts: each was bounded when it came in, or while it was written, and a bound
 * for the serializer only would turn an older, longer text into an error.
 */
t.test('every list and map in an answer has a bound', async t => {
  for (const [name, { responses = {} }] of await operations())
    for (const [status, { content = {} }] of Object.entries(responses))
      for (const { schema } of Object.values(content))
        if (schema) t.same(unbounded(schema, status, { strings: false }), [], name)
})

t.test('a route with an unbounded part cannot be registered', async t => {
  const Id = Type.Object({ id: Type.String() })
  for (const [schema, message] of [
    [{ body: Id }, 'POST /:id: body takes any number of unknown members'],
    [{ body: Type.Object(Id.properties, { additionalProperties: false }) }, 'POST /:id: body/id has no maxLength'],
    [{ querystring: Id }, 'POST /:id: querystring/id has no maxLength'],
    [{ params: Id }, 'POST /:id: params/id has no maxLength'],
    [{ headers: Id }, 'POST /:id: headers/id has no maxLength'],
  ] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(requestBounds)
    t.throws(() => app.post('/:id', { schema }, async () => 'ok'), { code: 'UNBOUNDED_SCHEMA', message })
  }
})

t.test('a route that takes more than the server does cannot be registered', async t => {
  const app = Fastify({ bodyLimit: 10_000 })
  t.teardown(() => app.close())
  await app.register(requestBounds)
  const body = Type.Object({ text: Type.String({ maxLength: 1_000 }) }, { additionalProperties: false })
  t.throws(() => app.post('/', { schema: { body } }, async () => 'ok'), {
    message: /more than the 10000 of the server/,
  })
})

t.test('each route takes its largest valid body, and refuses a larger one before it is read', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  useStrictValidation(app)
  await app.register(requestBounds)
  await app.register(problems)
  const schema = { body: Type.Object({ text: Type.String({ maxLength: 1_000 }) }, { additionalProperties: false }) }
  app.post('/text', { schema }, async () => 'ok')
  app.post('/nothing', async () => 'ok')
  const post = (url: string, payload: string) =>
    app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
  const escaped = `{"text": "${'\\ud83c\\udf0a'.repeat(1_000)}"}`
  t.equal((await post('/text', escaped)).statusCode, 200)
  t.match(
    (await post('/text', `{"text": "${'x'.repeat(1_001)}"}`)).json(),
    { code: 'invalid-request' },
    'a small mistake is named',
  )
  const larger = await post('/text', escaped + ' '.repeat(2_000))
  t.match(larger.json(), { status: 413, code: 'payload-too-large', detail: /at most \d+ bytes/ })
  t.equal((await post('/nothing', '{}')).statusCode, 200)
  t.match((await post('/nothing', `"${'x'.repeat(2_000)}"`)).json(), { status: 413 })
})

t.test('the longest texts are accepted by the routes for them', async t => {
  const visitor = conch.visitor()
  const wide = '🌊'.repeat(20_000)
  const escaped = (body: object) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body).replaceAll(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16)}`),
  })
  for (const [path, body] of [
    ['/api/records/check', { category: 'club', text: wide }],
    ['/api/reviews', { body: wide, type: 'FEELING' }],
    ['/api/records', { ...anyRecord, observations: wide, versions: 1 }],
  ] as const)
    t.ok((await visitor.fetch(path, escaped(body))).ok, path)
})

t.test('a request that is refused whatever its body says is refused before the body has come', async t => {
  const closed = await startConch(t)
  for (const [request, code] of [
    ['PUT /api/webhook', 'channel-not-offered'],
    ['POST /api/push-subscriptions', 'channel-not-offered'],
    ['PUT /api/phone-number', 'channel-not-offered'],
    ['POST /api/phone-number/verification', 'channel-not-offered'],
    ['POST /api/nothing', 'not-found'],
    ['POST /api/library', 'method-not-allowed'],
    ['POST /api/operations/failed-events/redrive', 'operators-only'],
    ['PUT /api/notification-preferences', 'payload-too-large'],
  ] as const)
    t.match(await answerToHead(t, closed, request, 200_000), { code }, request)
})

/** The answer to a request of which only the head was sent. */
async function answerToHead(t: Test, { app }: Conch, methodAndPath: string, length: number): Promise<object> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(
    `${methodAndPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n` +
      'Connection: close\r\n\r\n',
  )
  return JSON.parse((await text(socket)).split('\r\n\r\n')[1] ?? '')
}
