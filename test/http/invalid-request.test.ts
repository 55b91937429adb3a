import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { problems } from '../../src/http/problems.ts'
import { useStrictValidation } from '../../src/http/validation.ts'

/** The problem that `body` is refused with. */
async function refusal(t: Test, schema: object, body: unknown) {
  const app = Fastify()
  t.teardown(() => app.close())
  useStrictValidation(app)
  await app.register(problems)
  app.post('/', { schema: { body: schema } }, async () => 'ok')
  const response = await app.inject({ method: 'POST', url: '/', payload: body as object })
  t.equal(response.statusCode, 400)
  return response.json()
}

const Body = Type.Object(
  {
    category: Type.Union([Type.Literal('club'), Type.Literal('career')]),
    observations: Type.String({ minLength: 2 }),
    subject: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    keywords: Type.Optional(Type.Array(Type.Object({ word: Type.String() }))),
    tone: Type.Optional(Type.Enum(['warm', 'plain'])),
    'a/b~c': Type.Optional(Type.Integer({ maximum: 5 })),
  },
  { additionalProperties: false },
)
const valid = { category: 'club', observations: '관찰' }

t.test('the first mistake has a pointer to its place, and is the only one reported', async t => {
  const keywords = (...words: object[]) => refusal(t, Body, { ...valid, keywords: words, 'a/b~c': 6 })
  const wrong = await keywords({ word: 'a' }, { word: 1 }, {})
  t.same(wrong.errors, [{ pointer: '/keywords/1/word', detail: 'must be string' }])
  t.equal(wrong.detail, '/keywords/1/word in the body must be string.')
  t.same((await keywords({ word: 'a' }, {})).errors, [{ pointer: '/keywords/1/word', detail: 'is missing' }])
  t.same((await keywords({ word: 'a' })).errors, [{ pointer: '/a~1b~0c', detail: 'must be <= 5' }])
})

t.test('a missing member and an unknown one are pointed at themselves', async t => {
  const missing = await refusal(t, Body, { category: 'club', 'obs/ervations': '관찰' })
  t.same(missing.errors, [{ pointer: '/observations', detail: 'is missing' }])
  const unknown = await refusal(t, Body, { ...valid, 'obs/ervations': '관찰' })
  t.same(unknown.errors, [{ pointer: '/obs~1ervations', detail: 'is not known here' }])
})

t.test('a choice is one mistake that lists what may be chosen', async t => {
  const category = await refusal(t, Body, { ...valid, category: 'hunter2' })
  t.same(category.errors, [{ pointer: '/category', detail: 'must be one of "club", "career"' }])
  const tone = await refusal(t, Body, { ...valid, tone: 'hunter2' })
  t.same(tone.errors, [{ pointer: '/tone', detail: 'must be one of "warm", "plain"' }])
})

t.test('a union is one mistake that names its types', async t => {
  const { errors } = await refusal(t, Body, { ...valid, subject: 1 })
  t.same(errors, [{ pointer: '/subject', detail: 'must be string or must be null' }])
})

t.test('a body that is something else altogether has the empty pointer', async t => {
  const { errors, detail } = await refusal(t, Body, [])
  t.same(errors, [{ pointer: '', detail: 'must be object' }])
  t.equal(detail, 'The body must be object.')
})

t.test('the detail states the first mistake, and no name or value that only the sender knows', async t => {
  const { detail } = await refusal(t, Body, { category: 'club' })
  t.equal(detail, '/observations in the body is missing.')
  const unknown = await refusal(t, Body, { ...valid, hunter2: 'hunter2' })
  t.equal(unknown.detail, 'A member of the body is not known here.')
  const value = await refusal(t, Body, { ...valid, observations: 7 })
  t.notMatch(JSON.stringify(value), '7')
})

t.test('a union of objects is one mistake, at its own place', async t => {
  const Named = Type.Object({ name: Type.String() })
  const Numbered = Type.Object({ number: Type.Integer() })
  const Either = Type.Object({ either: Type.Union([Named, Numbered]) })
  const { errors } = await refusal(t, Either, { either: { name: 1 } })
  t.equal(errors.length, 1)
  t.match(errors[0], { pointer: '/either' })
})

t.test('a body that was not sent is missing', async t => {
  const { errors, detail } = await refusal(t, Body, undefined)
  t.same(errors, [{ pointer: '', detail: 'is missing' }])
  t.equal(detail, 'The body is missing: send a JSON object.')
})

t.test('thousands of mistakes make a short answer', async t => {
  const keywords = Array.from({ length: 5000 }, () => ({}))
  const many = await refusal(t, Body, { ...valid, keywords })
  t.equal(many.errors.length, 1)
  const long = await refusal(t, Body, { ...valid, ['x'.repeat(10_000)]: 1 })
  t.ok(JSON.stringify(long).length < 600)
})
