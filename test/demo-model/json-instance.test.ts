import { Ajv } from 'ajv'
import t from 'tap'
import { jsonInstance } from '../../src/demo-model/json-instance.ts'

const schemas: readonly (readonly [name: string, schema: Record<string, unknown>])[] = [
  ['nothing', {}],
  ['a text', { type: 'string' }],
  ['a text of a length', { type: 'string', minLength: 50, maxLength: 60 }],
  ['a short text', { type: 'string', maxLength: 1 }],
  ['a boolean', { type: 'boolean' }],
  ['null', { type: 'null' }],
  ['one of several types', { type: ['string', 'null'] }],
  ['an enum', { type: 'string', enum: ['가', '나'] }],
  ['a constant', { const: { a: [1] } }],
  ['an integer from 3', { type: 'integer', minimum: 3 }],
  ['a negative integer', { type: 'integer', maximum: -2.5 }],
  ['an integer above 1', { type: 'integer', exclusiveMinimum: 1 }],
  ['a multiple', { type: 'integer', minimum: 10, multipleOf: 7 }],
  ['a number between', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.1 }],
  ['a number', { type: 'number', minimum: 0.25, maximum: 0.25 }],
  ['a list', { type: 'array', items: { type: 'integer' } }],
  ['a list of three', { type: 'array', items: { type: 'string' }, minItems: 3 }],
  [
    'an object',
    {
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'array', items: { type: 'boolean' }, minItems: 2 },
        c: { type: 'null' },
      },
      required: ['a', 'b'],
      additionalProperties: false,
    },
  ],
  ['required names without a schema', { type: 'object', required: ['toString', '__proto__'] }],
  ['a choice', { anyOf: [{ type: 'integer', minimum: 2 }, { type: 'string' }] }],
  [
    'a list that holds itself',
    {
      type: 'object',
      properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] }, size: { $ref: '#/$defs/size' } },
      required: ['next', 'size'],
      additionalProperties: false,
      $defs: { size: { type: 'integer', minimum: 1 } },
    },
  ],
]

for (const [name, schema] of schemas) {
  t.test(`${name}: the instance is valid`, async t => {
    const valid = new Ajv({ strict: false }).compile(schema)
    const instance = jsonInstance(schema)
    t.ok(valid(JSON.parse(JSON.stringify(instance))), JSON.stringify({ instance, errors: valid.errors }))
  })
}

t.test('formats are kept', async t => {
  t.equal(jsonInstance({ type: 'string', format: 'date' }), '2026-01-01')
  t.equal(jsonInstance({ type: 'string', format: 'email' }), 'demo@example.com')
})

t.test('properties come in their order', async t => {
  const properties = { b: { type: 'null' }, a: { type: 'null' } }
  t.equal(JSON.stringify(jsonInstance({ type: 'object', properties, required: ['a', 'b'] })), '{"b":null,"a":null}')
})

t.test('a schema without an instance, or only a huge one, is refused', async t => {
  const circle = { type: 'object', properties: { self: { $ref: '#' } }, required: ['self'] }
  const fan = (levels: number): object =>
    levels === 0 ? { type: 'null' } : { type: 'array', minItems: 100, items: fan(levels - 1) }
  for (const schema of [
    circle,
    fan(3),
    { type: 'array', minItems: 1e9, items: {} },
    { type: 'string', minLength: 1e9 },
    { type: 'integer', minimum: 1, maximum: 0 },
    { type: 'integer', multipleOf: 0 },
    { type: 'widget' },
    { $ref: '#/$defs/none' },
    { $ref: 'https://example.com/schema' },
  ])
    t.throws(
      () => jsonInstance(schema as Record<string, unknown>),
      { name: 'ApiError', status: 400 },
      JSON.stringify(schema).slice(0, 80),
    )
})
