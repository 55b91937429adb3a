import t from 'tap'
import type { ApiError } from '../../src/demo-model/api-error.ts'
import { checkResponseFormat } from '../../src/demo-model/response-format.ts'
import { quizFormat } from '../../src/kinds/quizzes/prompt.ts'

const schema = { type: 'object', properties: {}, required: [], additionalProperties: false }
const jsonSchema = (changes: object) => ({ type: 'json_schema', json_schema: { name: 'demo', schema, ...changes } })

t.test('the formats of OpenAI are taken', async t => {
  for (const none of [undefined, null, { type: 'text' }]) t.same(checkResponseFormat(none, ''), { type: 'text' })
  t.same(checkResponseFormat({ type: 'json_object' }, 'Answer in JSON.'), { type: 'json_object' })
  t.same(checkResponseFormat(jsonSchema({ strict: true }), ''), {
    type: 'json_schema',
    name: 'demo',
    schema,
    strict: true,
  })
  t.match(checkResponseFormat(jsonSchema({ strict: null, schema: undefined }), ''), { schema: {}, strict: false })
  t.match(checkResponseFormat(jsonSchema({ strict: true, ...quizFormat({ questionCount: 3, choices: 4 }) }), ''), {
    name: 'quiz',
  })
})

function nested(levels: number): object {
  return levels === 0 ? schema : { type: 'array', items: nested(levels - 1) }
}

const refusals: readonly (readonly [name: string, value: unknown, param: string])[] = [
  ['no object', 'json', 'response_format'],
  ['no type', {}, 'response_format.type'],
  ['an unknown type', { type: 'xml' }, 'response_format.type'],
  ['JSON that no message mentions', { type: 'json_object' }, 'messages'],
  ['no json_schema', { type: 'json_schema' }, 'response_format.json_schema'],
  ['no name', jsonSchema({ name: undefined }), 'response_format.json_schema.name'],
  ['a name with a blank', jsonSchema({ name: 'a b' }), 'response_format.json_schema.name'],
  ['a name too long', jsonSchema({ name: 'a'.repeat(65) }), 'response_format.json_schema.name'],
  ['strict that is no boolean', jsonSchema({ strict: 'yes' }), 'response_format.json_schema.strict'],
  ['a description that is no text', jsonSchema({ description: 1 }), 'response_format.json_schema.description'],
  ['a schema that is none', jsonSchema({ schema: [] }), 'response_format.json_schema.schema'],
  [
    'a strict schema of a list',
    jsonSchema({ strict: true, schema: { type: 'array' } }),
    'response_format.json_schema.schema',
  ],
  [
    'a strict object that is open',
    jsonSchema({ strict: true, schema: { ...schema, additionalProperties: undefined } }),
    'response_format.json_schema.schema',
  ],
  [
    'a strict object with an optional property',
    jsonSchema({ strict: true, schema: { ...schema, properties: { a: { type: 'string' } } } }),
    'response_format.json_schema.schema',
  ],
  [
    'a strict object deep within',
    jsonSchema({
      strict: true,
      schema: {
        ...schema,
        properties: { a: { anyOf: [{ type: 'array', items: { type: ['object', 'null'] } }] } },
        required: ['a'],
      },
    }),
    'response_format.json_schema.schema',
  ],
  ['a schema without end', jsonSchema({ schema: nested(100) }), 'response_format.json_schema.schema'],
]

for (const [name, value, param] of refusals) {
  t.test(`${name} is refused, and its place is named`, async t => {
    try {
      checkResponseFormat(value, '안녕')
      t.fail('taken')
    } catch (error) {
      t.match(error as ApiError, { status: 400, param })
    }
  })
}
