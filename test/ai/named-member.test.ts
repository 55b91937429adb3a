import t from 'tap'
import { namedMember, type OptionalMember } from '../../src/ai/named-member.ts'

const all: OptionalMember[] = ['stream_options', 'response_format', 'max_completion_tokens']

/** Bodies of servers as seen in public, shortened. */
const bodies: [string, unknown, OptionalMember | undefined][] = [
  [
    'Mistral',
    {
      object: 'error',
      message: {
        detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs', input: {} }],
      },
      type: 'invalid_request_error',
    },
    'stream_options',
  ],
  [
    'Mistral, two at once',
    { detail: all.slice(0, 2).map(name => ({ type: 'extra_forbidden', loc: ['body', name], msg: 'Extra inputs' })) },
    'stream_options',
  ],
  [
    'vLLM and TensorRT-LLM, as Python prints it',
    {
      object: 'error',
      message:
        "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs', 'input': 800}]",
      type: 'BadRequestError',
      code: 400,
    },
    'max_completion_tokens',
  ],
  [
    'OpenAI',
    {
      error: {
        message: "Unsupported parameter: 'stream_options'.",
        param: 'stream_options',
        code: 'unknown_parameter',
      },
    },
    'stream_options',
  ],
  [
    'OpenAI, of a part of a member',
    { error: { message: 'Invalid schema: response_format', param: 'response_format.json_schema', code: null } },
    'response_format',
  ],
  ['Azure', { error: { message: 'Unrecognized request argument supplied: stream_options' } }, 'stream_options'],
  [
    'Gemini',
    [
      {
        error: {
          code: 400,
          message: 'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
        },
      },
    ],
    'stream_options',
  ],
  ['a gateway in Java', { message: 'Unrecognized field "streamOptions"' }, 'stream_options'],
  ['names with their faults', { errors: { stream_options: ['unknown field'] } }, 'stream_options'],
  ['words', 'json: unknown field "max_completion_tokens"', 'max_completion_tokens'],
  [
    'a full context, of vLLM and DeepSeek',
    {
      object: 'error',
      message:
        "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens (568 in the messages, 6048 in the completion).",
    },
    'max_completion_tokens',
  ],
  [
    'the other name of the limit',
    {
      error: {
        message: 'max_tokens is too large: 9000. This model supports at most 4096 completion tokens.',
        param: 'max_tokens',
      },
    },
    'max_completion_tokens',
  ],
  [
    'the request, repeated: what is meant comes before what is there',
    {
      body: { model: 'm', max_completion_tokens: 1, response_format: {}, stream: true, stream_options: {} },
      detail: [{ loc: ['body', 'stream_options'], msg: 'extra fields not permitted' }],
    },
    'stream_options',
  ],
  ['another member', { error: { message: 'messages must not be empty', param: 'messages' } }, undefined],
  [
    'a prompt that is too long',
    { error: { message: 'Your messages resulted in 8227 tokens.', param: 'messages' } },
    undefined,
  ],
  ['a name that only contains one', { message: 'upstream_options_x and xmax_tokens are unknown' }, undefined],
  ['nothing', '', undefined],
  ['null', null, undefined],
]

for (const [server, body, member] of bodies) {
  t.test(`${server}: ${member ?? 'none of them'}`, async t => {
    t.equal(namedMember(typeof body === 'string' ? body : JSON.stringify(body), all), member)
    t.equal(namedMember(typeof body === 'string' ? body : JSON.stringify(body), []), undefined, 'what was not sent')
  })
}

t.test('bodies that are cut off, deep or long are read like words, and quickly', async t => {
  const cut = JSON.stringify({ error: { message: 'unknown: stream_options' } }).slice(0, -1)
  t.equal(namedMember(cut, all), 'stream_options')
  t.equal(namedMember('['.repeat(65_536), all), undefined)
  t.equal(namedMember(`${'['.repeat(30_000)}"stream_options"${']'.repeat(30_000)}`, all), 'stream_options')
  t.equal(namedMember('max_'.repeat(16_384), all), undefined)
})
