import t from 'tap'
import { Type } from 'typebox'
import { largestJson } from '../../src/http/largest-json.ts'

/** JSON with every character as `\uXXXX`, a line for each member and item. */
function longest(value: unknown): string {
  return JSON.stringify(value, undefined, 8).replaceAll(/"((?:[^"\\]|\\.)*)"/g, (_, text: string) => {
    const escaped = Array.from(JSON.parse(`"${text}"`) as string, character =>
      Array.from(
        { length: character.length },
        (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
      ).join(''),
    )
    return `"${escaped.join('')}"`
  })
}

const Body = Type.Object(
  {
    text: Type.String({ maxLength: 50 }),
    kind: Type.Enum(['one', 'two']),
    sure: Type.Literal(true),
    words: Type.Array(Type.String({ maxLength: 5 }), { maxItems: 3 }),
    answer: Type.Union([Type.Integer(), Type.Null()]),
    inner: Type.Object({ flag: Type.Boolean() }, { additionalProperties: false }),
  },
  { additionalProperties: false },
)

t.test('the largest valid value fits, as long-winded as JSON can be', async t => {
  const value = {
    text: '🌊'.repeat(50),
    kind: 'two',
    sure: true,
    words: Array.from({ length: 3 }, () => '🌊'.repeat(5)),
    answer: -1.7976931348623157e308,
    inner: { flag: false },
  }
  const bytes = Buffer.byteLength(longest(value))
  t.same(JSON.parse(longest(value)), value)
  t.ok(bytes <= largestJson(Body, 'body'), `${bytes} bytes`)
  t.ok(largestJson(Body, 'body') < 2 * bytes, 'and the bound is not far above it')
})

t.test('the error names the place that has no bound', async t => {
  const member = (schema: object) => ({ type: 'object', properties: { a: schema }, additionalProperties: false })
  for (const [schema, message] of [
    [Type.String(), 'body/a has no maxLength'],
    [Type.String({ pattern: '^a*$' }), 'body/a has no maxLength'],
    [Type.Array(Type.Null()), 'body/a has no maxItems'],
    [{ type: 'array', maxItems: 3 }, 'body/a does not say what its items are'],
    [Type.Array(Type.String(), { maxItems: 3 }), 'body/a/items has no maxLength'],
    [Type.Object({}), 'body/a takes any number of unknown members'],
    [Type.Record(Type.String(), Type.Null()), 'body/a takes any number of unknown members'],
    [Type.Union([Type.Null(), Type.String()]), 'body/a has no maxLength'],
    [Type.Unknown(), 'body/a does not say of which type it is'],
    [{ type: ['string', 'null'], maxLength: 3 }, 'body/a does not say of which type it is'],
  ] as const)
    t.throws(() => largestJson(member(schema), 'body'), { code: 'UNBOUNDED_SCHEMA', message })
})
