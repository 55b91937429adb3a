import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { useStrictValidation } from '../../src/http/validation.ts'

const Members = Type.Object(
  {
    count: Type.Optional(Type.Integer({ default: 3 })),
    name: Type.Optional(Type.String()),
    flag: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** The body or the query that a route gets, or the status of the refusal. */
async function appFor(t: Test) {
  const app = Fastify()
  t.teardown(() => app.close())
  useStrictValidation(app)
  app.post('/', { schema: { body: Members } }, async request => request.body)
  app.get('/', { schema: { querystring: Members } }, async request => request.query)
  return {
    body: async (payload: object) => outcome(await app.inject({ method: 'POST', url: '/', payload })),
    query: async (query: string) => outcome(await app.inject(`/?${query}`)),
  }
}

function outcome(response: { statusCode: number; json(): unknown }) {
  return response.statusCode === 200 ? response.json() : response.statusCode
}

t.test('a body is not converted to other types', async t => {
  const { body } = await appFor(t)
  t.same(await body({ count: 5, name: 'a', flag: true }), { count: 5, name: 'a', flag: true })
  for (const wrong of [{ count: '5' }, { count: 5.5 }, { count: null }, { count: true }, { name: 5 }, { flag: 'true' }])
    t.equal(await body(wrong), 400, JSON.stringify(wrong))
})

t.test('a body loses no member in silence', async t => {
  const { body } = await appFor(t)
  t.equal(await body({ nmae: 'a' }), 400)
})

t.test('a query, which is text, is converted to numbers and booleans', async t => {
  const { query } = await appFor(t)
  t.same(await query('count=5&name=5&flag=true'), { count: 5, name: '5', flag: true })
  for (const wrong of ['count=x', 'count=', 'count=5.5', 'flag=yes', 'count=1&count=2', 'count=NaN', 'other=1'])
    t.equal(await query(wrong), 400, wrong)
})

t.test('validation reads a body no further than its first mistake', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  useStrictValidation(app)
  const Body = Type.Object(
    {
      channels: Type.Optional(Type.Array(Type.Enum(['a', 'b']), { maxItems: 2, uniqueItems: true })),
      answers: Type.Optional(Type.Array(Type.Union([Type.Integer({ maximum: 5 }), Type.Null()]), { maxItems: 20 })),
    },
    { additionalProperties: false },
  )
  const validate = app.validatorCompiler?.({ schema: Body, httpPart: 'body', method: 'POST', url: '/' })
  const many = 2_000
  const bodies = {
    'objects where names are wanted': { channels: Array.from({ length: many }, (_, index) => ({ index })) },
    'items that are all wrong': { answers: Array.from({ length: many }, () => 9) },
    'unknown members': Object.fromEntries(Array.from({ length: many }, (_, index) => [`m${index}`, index])),
  }
  for (const [name, body] of Object.entries(bodies)) {
    const reads = { count: 0 }
    t.notOk(validate?.(watched(body, reads)), name)
    t.equal(validate?.errors?.length, 1, name)
    t.ok(reads.count < 30, `${name}: ${reads.count} reads`)
  }
})

/** The same value, and a count of the reads of it. */
function watched<Value extends object>(value: Value, reads: { count: number }): Value {
  const seen = <Found>(found: Found): Found =>
    typeof found === 'object' && found !== null ? watched(found, reads) : found
  return new Proxy(value, {
    get(target, name) {
      reads.count++
      return seen(Reflect.get(target, name))
    },
    getOwnPropertyDescriptor(target, name) {
      reads.count++
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
  })
}

t.test('defaults are filled in everywhere', async t => {
  const { body, query } = await appFor(t)
  t.same(await body({}), { count: 3 })
  t.same(await query(''), { count: 3 })
})

t.test('names with a meaning in JavaScript are names like others', async t => {
  const { body, query } = await appFor(t)
  t.equal(await body({ constructor: 1 }), 400)
  t.equal(await query('__proto__=1'), 400)
  t.equal(await query('toString=1'), 400)
})
