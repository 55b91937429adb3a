import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { constants, gzipSync } from 'node:zlib'
import {
  bytes,
  chunk,
  type Fault,
  frames,
  open,
  reply,
  stop,
  text,
  usage,
  usageChunk,
  wholeText,
  wire,
} from './fault.ts'

const frame = (data: string) => `data: ${data}\n\n`
const good = `${frame(text)}${frame(stop)}${frame(usage)}data: [DONE]\n\n`
const chunked = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`
const told = { inputTokens: 9, outputTokens: 2 }
const whole = { outcome: 'completed', text: wholeText, usage: told } as const
const cut = { outcome: 'truncated', usage: 'estimated' } as const
const broken = { outcome: 'broken', usage: 'estimated' } as const
const sse = { 'content-type': 'text/event-stream' }

/** Every way in which the stream of a model ends, one a row, and what else can happen to any stream. */
export const endings: readonly Fault[] = [
  { name: 'finish reason, usage, [DONE]', answer: frames(text, stop, usage, '[DONE]'), ...whole },
  { name: 'clean end without [DONE] and finish reason', answer: frames(text), ...cut, reason: 'no-finish-reason' },
  { name: '[DONE] without finish reason', answer: frames(text, '[DONE]'), ...cut, reason: 'no-finish-reason' },
  { name: 'finish reason without [DONE]', answer: frames(text, stop, usage), ...whole },
  { name: 'nothing at all', answer: bytes(''), outcome: 'truncated', reason: 'no-finish-reason', text: '' },
  {
    name: 'chunked body cut',
    answer: wire('transfer-encoding: chunked\r\n', chunked(frame(text)), 'close'),
    ...cut,
    reason: 'cut',
  },
  {
    name: 'chunked body reset',
    answer: wire('transfer-encoding: chunked\r\n', chunked(frame(text)), 'reset'),
    ...cut,
    reason: 'reset',
  },
  {
    name: 'short of its content-length',
    answer: wire('content-length: 9999\r\n', frame(text), 'close'),
    ...cut,
    reason: 'cut',
  },
  {
    name: 'body without length, cut by a close',
    answer: wire('connection: close\r\n', frame(text), 'close'),
    ...cut,
    reason: 'no-finish-reason',
  },
  { name: 'body without length, whole', answer: wire('connection: close\r\n', good, 'close'), ...whole },
  {
    name: 'cut after the finish reason',
    answer: wire('transfer-encoding: chunked\r\n', chunked(`${frame(text)}${frame(stop)}`), 'close'),
    outcome: 'completed',
    usage: 'estimated',
  },
  {
    name: 'half a frame, then a clean end',
    answer: bytes(`${frame(text)}data: ${text.slice(0, 30)}`),
    ...cut,
    reason: 'half-frame',
  },
  {
    name: 'half a usage frame after the finish reason',
    answer: bytes(`${frame(text)}${frame(stop)}data: ${usage.slice(0, 30)}`),
    outcome: 'completed',
    usage: 'estimated',
  },
  {
    name: 'whole frame without its blank line',
    answer: bytes(`${frame(text)}data: ${stop}`),
    outcome: 'completed',
    usage: 'estimated',
  },
  {
    name: 'error chunk',
    answer: frames(text, '{"error":{"message":"SECRET","code":"server_error"}}', '[DONE]'),
    ...broken,
    reason: 'error-in-stream',
    detail: /\(server_error\)/,
  },
  {
    name: 'event: error',
    answer: bytes(`${frame(text)}event: error\ndata: SECRET\n\n`),
    ...broken,
    reason: 'error-in-stream',
  },
  {
    name: 'object: error',
    answer: frames(text, '{"object":"error","message":"SECRET","code":400}'),
    ...broken,
    reason: 'error-in-stream',
    detail: /\(400\)/,
  },
  {
    name: 'error: line',
    answer: bytes(`${frame(text)}error: {"code":500,"message":"SECRET"}\n\n`),
    ...broken,
    reason: 'error-in-stream',
  },
  {
    name: 'error: line in pieces',
    async answer(completion) {
      for (const piece of [frame(text), 'er', 'ror: {"mess', 'age":"SECRET"}\n']) {
        completion.raw(piece)
        await delay(20)
      }
      completion.response.end()
    },
    ...broken,
    reason: 'error-in-stream',
  },
  {
    name: '200 with an error as JSON',
    answer: reply(200, { error: { message: 'SECRET', code: 'model_not_found' } }),
    outcome: 'broken',
    reason: 'json-error',
    text: '',
    detail: /\(model_not_found\)/,
  },
  {
    name: '200 with a completion as JSON',
    answer: reply(200, {
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: wholeText }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    }),
    ...whole,
  },
  {
    name: 'a completion as JSON that is called an event stream',
    answer: bytes(
      `\n${JSON.stringify({ choices: [{ message: { content: wholeText }, finish_reason: 'stop' }], usage: JSON.parse(usage).usage }, null, 2)}`,
    ),
    ...whole,
  },
  {
    name: 'half a completion as JSON that is called an event stream',
    answer: bytes('{"choices":[{"message":{"con'),
    outcome: 'truncated',
    reason: 'half-frame',
    text: '',
  },
  {
    name: '200 with a completion as JSON, cut',
    answer: wire('content-type: application/json\r\ncontent-length: 999\r\n', '{"choices":[{"message":{"con', 'close'),
    outcome: 'truncated',
    reason: 'cut',
    text: '',
  },
  { name: '200 with other JSON', answer: reply(200, { ok: true }), outcome: 'broken', reason: 'no-stream', text: '' },
  {
    name: '200 with a web page',
    answer: reply(200, '<!doctype html>SECRET', { 'content-type': 'text/html' }),
    outcome: 'broken',
    reason: 'web-page',
    text: '',
  },
  {
    name: '200 with plain text',
    answer: reply(200, 'SECRET', { 'content-type': 'text/plain' }),
    outcome: 'broken',
    reason: 'no-stream',
    text: '',
  },
  {
    name: '204',
    answer: ({ response }) => response.writeHead(204).end(),
    outcome: 'broken',
    reason: 'no-stream',
    text: '',
  },
  { name: 'bare data: frame', answer: bytes(`data:\n\n${good}`), ...whole },
  {
    name: 'comments',
    answer: bytes(`: hello\n\n:\n\n${frame(text)}: still here\n${frame(stop)}${frame(usage)}`),
    ...whole,
  },
  { name: 'CRLF', answer: bytes(good.replaceAll('\n', '\r\n')), ...whole },
  { name: 'CR', answer: bytes(good.replaceAll('\n', '\r')), ...whole },
  { name: 'byte order mark', answer: bytes(`\uFEFF${good}`), ...whole },
  { name: 'no space after the colon', answer: bytes(good.replaceAll('data: ', 'data:')), ...whole },
  { name: 'id, event and retry lines', answer: bytes(`retry: 10\nid: 1\nevent: message\n${good}`), ...whole },
  {
    name: 'a frame of several data lines',
    answer: bytes(`${frame(text.replace('{', '{\ndata: '))}${frame(stop)}${frame(usage)}`),
    ...whole,
  },
  {
    name: 'text byte by byte',
    async answer(completion) {
      const [before, after] = frame(text).split(wholeText)
      completion.raw(before ?? '')
      for (const byte of Buffer.from(wholeText)) {
        completion.raw(Buffer.of(byte))
        await setImmediate()
      }
      completion.raw(`${after}${frame(stop)}${frame(usage)}`).response.end()
    },
    ...whole,
  },
  { name: 'gzip', answer: reply200(gzipSync(good)), ...whole },
  {
    name: 'gzip, cut',
    answer: reply200(gzipSync(frame(text), { finishFlush: constants.Z_SYNC_FLUSH })),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    usage: 'estimated',
  },
  {
    name: 'gzip that is none',
    answer: reply200(Buffer.from(good)),
    outcome: 'broken',
    reason: 'garbled-frame',
    text: '',
  },
  {
    name: 'a frame that is not JSON',
    answer: bytes(`${frame(text)}data: SECRET\n\n${good}`),
    ...broken,
    reason: 'garbled-frame',
  },
  {
    name: 'frames of null, a number and a list',
    answer: bytes(`${frame(text)}data: null\n\n${good}`),
    ...broken,
    reason: 'garbled-frame',
  },
  {
    name: 'binary',
    answer: bytes(Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 97) % 256))),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    text: '',
  },
  {
    name: 'a line without end',
    answer: bytes(`${frame(text)}data: ${'x'.repeat(100_000)}`),
    ...broken,
    reason: 'line-too-long',
  },
  {
    name: 'a comment without end',
    answer: bytes(`${frame(text)}: ${'x'.repeat(100_000)}`),
    ...broken,
    reason: 'line-too-long',
  },
  {
    name: 'a frame of too many lines',
    answer: bytes(`${frame(text)}${'data: x\n'.repeat(80_000)}\n`),
    ...broken,
    reason: 'line-too-long',
  },
  {
    name: 'a body without end',
    answer: bytes(`${frame(text)}${': x\n'.repeat(300_000)}`),
    ...broken,
    reason: 'too-large',
  },
  { name: 'silence after text', answer: open(text), outcome: 'stalled', reason: 'idle', usage: 'estimated' },
  {
    name: 'silence before text',
    answer: open(chunk({ role: 'assistant', content: '' })),
    outcome: 'stalled',
    reason: 'idle',
    text: '',
  },
  { name: 'comments only', answer: drip(': still here\n\n'), outcome: 'stalled', reason: 'idle', usage: 'estimated' },
  {
    name: 'empty deltas only',
    answer: drip(frame(chunk({ content: '' }))),
    outcome: 'stalled',
    reason: 'idle',
    usage: 'estimated',
  },
  {
    name: 'text without end',
    answer: drip(frame(chunk({ content: '.' }))),
    outcome: 'stalled',
    reason: 'deadline',
    text: undefined,
    usage: 'estimated',
  },
  { name: '[DONE] and never closed', answer: open(text, stop, usage, '[DONE]'), ...whole },
  { name: 'finish reason and never closed', answer: open(text, stop), outcome: 'completed', usage: 'estimated' },
  { name: 'length', answer: frames(text, chunk({}, 'length'), usage), outcome: 'length', usage: told },
  {
    name: 'content filter after text',
    answer: frames(text, chunk({}, 'content_filter'), usage),
    outcome: 'content-filter',
    usage: told,
  },
  {
    name: 'content filter before text',
    answer: frames(chunk({}, 'content_filter')),
    outcome: 'content-filter',
    text: '',
  },
  {
    name: 'tool calls',
    answer: frames(text, chunk({}, 'tool_calls'), usage),
    outcome: 'other',
    usage: told,
    detail: /\(tool_calls\)/,
  },
  {
    name: 'refusal',
    answer: frames(chunk({ refusal: '쓸 수 ' }), chunk({ refusal: '없습니다.' }), stop, usage),
    outcome: 'refused',
    text: '',
    usage: told,
    detail: /^쓸 수 없습니다\.$/,
  },
  {
    name: 'refusal, cut',
    answer: frames(chunk({ refusal: '쓸 수' })),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    text: '',
  },
  {
    name: 'finish reason and no text',
    answer: frames(stop, usage, '[DONE]'),
    outcome: 'completed',
    text: '',
    usage: told,
  },
  { name: 'no usage', answer: frames(text, stop, '[DONE]'), outcome: 'completed', usage: 'estimated' },
  {
    name: 'usage that is none',
    answer: frames(text, stop, '{"choices":[],"usage":{"prompt_tokens":null,"completion_tokens":-1}}'),
    outcome: 'completed',
    usage: 'estimated',
  },
  {
    name: 'usage twice',
    answer: frames(usageChunk(9, 1), text, stop, usageChunk(9, 7)),
    outcome: 'completed',
    usage: { inputTokens: 9, outputTokens: 7 },
  },
]

function reply200(body: Buffer): Fault['answer'] {
  return ({ response }) => {
    response.writeHead(200, { ...sse, 'content-encoding': 'gzip' }).end(body)
  }
}

/** A text, and then that for ever. */
function drip(piece: string): Fault['answer'] {
  return async completion => {
    completion.raw(frame(text))
    while (!completion.response.destroyed) {
      completion.raw(piece)
      await delay(30)
    }
  }
}
