import { setTimeout as delay } from 'node:timers/promises'
import { type Fault, first, frames, reply, stop, text, usage } from './fault.ts'

const whole = { outcome: 'completed', usage: { inputTokens: 9, outputTokens: 2 } } as const
const error = { error: { message: 'SECRET', type: 'some_type', param: null, code: 'some_code' } }
const limited = { outcome: 'unavailable', reason: 'rate-limited', text: '', retries: 0 } as const

/** Answers instead of an event stream: statuses, delays, and connections that give no answer. */
export const statuses: readonly Fault[] = [
  ...[400, 401, 403, 404, 409, 413, 422, 501].map(
    (status): Fault => ({
      name: `${status}`,
      answer: reply(status, error),
      outcome: 'rejected',
      text: '',
      retries: 0,
      detail: new RegExp(`${status} \\(some_code\\)`),
    }),
  ),
  ...[408, 429, 500, 502, 503, 504, 529].map(
    (status): Fault => ({ name: `${status} once`, answer: first(1, reply(status, error)), ...whole, retries: 1 }),
  ),
  { name: '503 three times', answer: first(3, reply(503, error)), ...whole, retries: 3 },
  {
    name: '503 for ever',
    answer: reply(503, error),
    outcome: 'unavailable',
    reason: 'server-error',
    text: '',
    retries: 3,
    detail: /503 \(some_code\), 4 times in a row/,
  },
  { name: '429 for ever', answer: reply(429, error), ...limited, retries: 3 },
  {
    name: '502 with a web page',
    answer: first(1, reply(502, '<html>SECRET</html>', { 'content-type': 'text/html' })),
    ...whole,
    retries: 1,
  },
  {
    name: '500 with an endless body',
    answer: first(1, ({ response }) => response.writeHead(500).end('x'.repeat(1_000_000))),
    ...whole,
    retries: 1,
  },
  {
    name: '500 without a body',
    answer: first(1, ({ response }) => response.writeHead(500).end()),
    ...whole,
    retries: 1,
  },
  {
    name: '500 with an error that is a string',
    answer: first(1, reply(500, { error: 'SECRET words' })),
    ...whole,
    retries: 1,
  },
  {
    name: '403 with a problem',
    answer: reply(
      403,
      { type: 'about:blank', title: 'SECRET', status: 403 },
      { 'content-type': 'application/problem+json' },
    ),
    outcome: 'rejected',
    text: '',
  },
  {
    name: '302',
    answer: reply(302, '', { location: 'https://example.org/' }),
    outcome: 'rejected',
    text: '',
    detail: /302/,
  },
  {
    name: '429 with Retry-After in seconds',
    answer: first(1, reply(429, error, { 'retry-after': '1' })),
    ...whole,
    retries: 1,
  },
  {
    name: '429 with a date in Retry-After',
    answer: first(1, ({ response }) =>
      reply(429, error, { 'retry-after': new Date(Date.now() + 900).toUTCString() })({ response } as never),
    ),
    ...whole,
    retries: 1,
  },
  {
    name: '429 with retry-after-ms',
    answer: first(1, reply(429, error, { 'retry-after-ms': '12.5', 'retry-after': '3600' })),
    ...whole,
    retries: 1,
  },
  {
    name: '429 with Retry-After: 0',
    answer: first(1, reply(429, error, { 'retry-after': '0' })),
    ...whole,
    retries: 1,
  },
  {
    name: '429 with nonsense in Retry-After',
    answer: first(1, reply(429, error, { 'retry-after': '-5' })),
    ...whole,
    retries: 1,
  },
  {
    name: '429 with a long Retry-After',
    answer: reply(429, error, { 'retry-after': '3600' }),
    ...limited,
    detail: /try again in 3600 s/,
  },
  {
    name: '429 with a far date in Retry-After',
    answer: reply(429, error, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
    ...limited,
    detail: /try again in 3[56]\d\d s/,
  },
  {
    name: '503 with a long Retry-After',
    answer: reply(503, error, { 'retry-after': '600' }),
    ...limited,
    reason: 'server-error',
    detail: /try again in 600 s/,
  },
  { name: '429 with x-should-retry: false', answer: reply(429, error, { 'x-should-retry': 'false' }), ...limited },
  {
    name: '429 for an empty account',
    answer: reply(429, { error: { ...error.error, code: 'insufficient_quota' } }),
    ...limited,
    detail: /insufficient_quota/,
  },
  {
    name: 'no headers, as of a server that loads its model',
    answer: first(1, () => {}),
    outcome: 'unavailable',
    reason: 'headers-timeout',
    text: '',
    retries: 0,
    detail: /UPSTREAM_HEADERS_SECONDS.*not asked again/,
  },
  {
    name: 'reset before the headers',
    answer: first(1, ({ request }) => request.socket.resetAndDestroy()),
    ...whole,
    retries: 1,
  },
  { name: 'closed before the headers', answer: first(1, ({ request }) => request.socket.end()), ...whole, retries: 1 },
  {
    name: 'half of the headers',
    answer: first(1, ({ request }) => request.socket.end('HTTP/1.1 200 OK\r\ncontent-ty')),
    ...whole,
    retries: 1,
  },
  {
    name: 'something that is not HTTP',
    answer: first(1, ({ request }) => request.socket.end('SSH-2.0-OpenSSH_9.9\r\n')),
    ...whole,
    retries: 1,
  },
  {
    name: 'reset for ever',
    answer: ({ request }) => request.socket.resetAndDestroy(),
    outcome: 'unavailable',
    reason: 'connection',
    text: '',
    retries: 3,
    detail: /ECONNRESET|UND_ERR_SOCKET/,
  },
  {
    name: 'headers long before the text',
    async answer(completion) {
      completion.raw(': here soon\n\n')
      await delay(300)
      frames(text, stop, usage, '[DONE]')(completion)
    },
    ...whole,
  },
]
