import t from 'tap'
import { readIdempotencyKey } from '../../../src/tasks/idempotency/idempotency-key.ts'

t.test('a key is the value of the header, with or without quotes', async t => {
  t.equal(readIdempotencyKey(undefined), undefined)
  for (const [header, key] of [
    ['abc', 'abc'],
    ['"abc"', 'abc'],
    ['!#$%&()*+,-./:;<=>?@[]^_`{|}~', '!#$%&()*+,-./:;<=>?@[]^_`{|}~'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['a\\b', 'a\\b'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
  ] as const)
    t.equal(readIdempotencyKey(header), key, header)
})

t.test('an invalid key is refused; the refusal says what a key is, and repeats nothing', async t => {
  for (const header of [
    '',
    '""',
    '"',
    '"abc',
    'abc"',
    'a"b',
    '"a\\b"',
    '"abc\\"',
    '"abc";q=1',
    'two words',
    '"two words"',
    'one, two',
    '"one", "two"',
    'caf\u00e9',
    'a\tb',
    'a\u007fb',
    'x'.repeat(256),
    `"${'x'.repeat(256)}"`,
  ])
    t.throws(
      () => readIdempotencyKey(header),
      {
        status: 400,
        code: 'invalid-request',
        detail:
          '/idempotency-key in the headers must be 1 to 255 visible ASCII characters, with or without double quotes around them.',
        extensions: { errors: [{ in: 'headers', pointer: '/idempotency-key' }] },
      },
      JSON.stringify(header),
    )
})
