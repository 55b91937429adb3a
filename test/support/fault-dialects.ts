import { setTimeout as delay } from 'node:timers/promises'
import {
  bytes,
  chunk,
  type Fault,
  first,
  frames,
  open,
  reply,
  stop,
  text,
  usage,
  usageChunk,
  wholeText,
} from './fault.ts'

const told = { inputTokens: 9, outputTokens: 2 }
const whole = { outcome: 'completed', usage: told } as const
const broken = {
  outcome: 'broken',
  reason: 'error-in-stream',
  usage: 'estimated',
  detail: /reported an error/,
} as const
const retryInfo = (retryDelay: string) => [
  {
    error: {
      code: 429,
      message: 'SECRET',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.Help' },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
      ],
    },
  },
]

/** How servers that call themselves OpenAI-compatible differ from it, one dialect a row. */
export const dialects: readonly Fault[] = [
  {
    name: 'Gemini: 429 with a delay in an array body',
    answer: first(1, reply(429, retryInfo('0.02s'))),
    ...whole,
    retries: 1,
  },
  {
    name: 'Gemini: 429 with a long delay in the body',
    answer: reply(429, retryInfo('17s')),
    outcome: 'unavailable',
    reason: 'rate-limited',
    text: '',
    retries: 0,
    detail: /429 \(RESOURCE_EXHAUSTED\); try again in 17 s/,
  },
  {
    name: 'Gemini: 400 in an array body, code a number',
    answer: reply(400, [{ error: { code: 400, message: 'SECRET', status: 'INVALID_ARGUMENT' } }]),
    outcome: 'rejected',
    text: '',
    detail: /400 \(INVALID_ARGUMENT\)/,
  },
  {
    name: 'Gemini: an error in an array, in the stream',
    answer: frames(text, '[{"error":{"code":503,"message":"SECRET","status":"UNAVAILABLE"}}]'),
    ...broken,
  },
  {
    name: 'Gemini: no finish reason',
    answer: frames(text, usage, '[DONE]'),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    usage: told,
  },
  {
    name: 'Gemini: STOP on every chunk',
    answer: frames(chunk({ content: '관찰 기록 ' }, 'STOP'), chunk({ content: 'é😀.' }, 'STOP'), usage),
    ...whole,
  },
  {
    name: 'Gemini: thoughts in extra_content',
    answer: frames(chunk({ content: '', extra_content: { google: { thought: true } } }), text, stop, usage),
    ...whole,
  },
  {
    name: 'Gemini: content_filter with its reason',
    answer: frames(text, chunk({}, 'content_filter: RECITATION')),
    outcome: 'content-filter',
    usage: 'estimated',
  },
  {
    name: 'Gemini: STOP on every chunk, slowly',
    answer: slowly(chunk({ content: '.' }, 'STOP'), 8, usage),
    outcome: 'completed',
    text: '........',
    usage: told,
  },
  {
    name: 'Gemini: STOP on every chunk, then silence',
    answer: open(chunk({ content: '관찰 기록 ' }, 'STOP'), chunk({ content: 'é😀.' }, 'STOP')),
    outcome: 'stalled',
    reason: 'idle',
    usage: 'estimated',
  },
  {
    name: 'a finish reason with the reasoning, then the text',
    answer: slowly(chunk({ reasoning_content: '음' }, 'stop'), 6, text, stop, usage),
    ...whole,
  },
  {
    name: 'a finish reason that says null',
    answer: frames(text, chunk({}, 'null'), usage, '[DONE]'),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    usage: told,
  },
  {
    name: 'reasoning in the text, in pieces',
    answer: frames(
      ...['<th', 'ink>\nSECRET', '\n</thi', 'nk>\n\n', wholeText].map(content => chunk({ content })),
      stop,
      '[DONE]',
    ),
    outcome: 'completed',
    usage: 'estimated',
  },
  {
    name: 'Mistral: reasoning in the text',
    answer: frames(chunk({ content: '[THINK]SECRET[/THINK]' }), text, stop, usage),
    ...whole,
  },
  {
    name: 'reasoning in the text, of which the template has opened the block',
    answer: slowly(chunk({ content: '생각\n' }), 2, chunk({ content: '</think>\n\n' }), text, stop, usage),
    ...whole,
  },
  {
    name: 'reasoning in the text that never ends',
    answer: frames(chunk({ content: '<think>SECRET' }), stop, usage),
    outcome: 'completed',
    text: '',
    usage: told,
  },
  {
    name: 'reasoning in the text up to the limit',
    answer: frames(chunk({ content: '<think>SECRET' }), chunk({}, 'length'), usage),
    outcome: 'length',
    text: '',
    usage: told,
  },
  {
    name: 'Mistral: content in parts',
    answer: frames(
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'SECRET' }] }] }),
      chunk({
        content: [
          { type: 'text', text: '관찰 ' },
          { type: 'reference', reference_ids: [1] },
        ],
      }),
      chunk({ content: '기록 é😀.' }),
      stop,
      usage,
    ),
    ...whole,
  },
  {
    name: 'text in messages, the last of which repeats it',
    answer: frames(
      '{"choices":[{"message":{"content":"관찰 기록 "}}]}',
      '{"choices":[{"message":{"content":"é😀."}}]}',
      '{"choices":[{"message":{"content":"관찰 기록 é😀."},"finish_reason":"stop"}]}',
      usage,
    ),
    ...whole,
  },
  {
    name: 'deltas, and at the end the whole message',
    answer: frames(text, '{"choices":[{"message":{"content":"관찰 기록 é😀."},"finish_reason":"stop"}]}', usage),
    ...whole,
  },
  {
    name: 'text as before there were chats',
    answer: frames(
      '{"choices":[{"text":"관찰 기록 "}]}',
      '{"choices":[{"text":"é😀.","finish_reason":"stop"}]}',
      usage,
    ),
    ...whole,
  },
  {
    name: 'vLLM: role and an empty delta first, extra fields',
    answer: frames(
      chunk({ role: 'assistant', content: '' }, null, { prompt_token_ids: [1], metrics: {} }),
      text,
      chunk({ content: '' }, 'stop', { stop_reason: 1, token_ids: null }),
      usage,
      '[DONE]',
    ),
    ...whole,
  },
  {
    name: 'vLLM: an error in the stream, then [DONE]',
    answer: frames(text, '{"error":{"message":"SECRET","type":"BadRequestError","param":null,"code":400}}', '[DONE]'),
    ...broken,
    detail: /\(BadRequestError\)/,
  },
  {
    name: 'vLLM until 2025: object: error',
    answer: frames(text, '{"object":"error","message":"SECRET","type":"InternalServerError","code":500}', '[DONE]'),
    ...broken,
  },
  { name: 'vLLM: reasoning', answer: slowly(chunk({ reasoning: '음' }), 8, text, stop, usage), ...whole },
  {
    name: 'vLLM: usage on every chunk',
    answer: frames(
      usageChunk(9, 1, [{ index: 0, delta: { content: '관찰 기록 é😀.' }, finish_reason: null }]),
      usageChunk(9, 5, [{ index: 0, delta: {}, finish_reason: 'stop' }]),
    ),
    outcome: 'completed',
    usage: { inputTokens: 9, outputTokens: 5 },
  },
  {
    name: 'vLLM: usage on every chunk, cut',
    answer: frames(usageChunk(9, 1, [{ index: 0, delta: { content: '관찰 기록 é😀.' }, finish_reason: null }])),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    usage: { inputTokens: 9, outputTokens: 1 },
  },
  {
    name: 'vLLM: finish reason abort',
    answer: frames(text, chunk({}, 'abort'), usage),
    outcome: 'other',
    usage: told,
    detail: /\(abort\)/,
  },
  {
    name: 'vLLM: keep-alive comments',
    answer: bytes(`: keep-alive\n\ndata: ${text}\n\n: keep-alive\n\ndata: ${stop}\n\ndata: ${usage}\n\n`),
    ...whole,
  },
  {
    name: 'Ollama: an error as an empty chunk, then a clean end',
    answer: frames(text, chunk({})),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    usage: 'estimated',
  },
  {
    name: 'Ollama: finish reason load',
    answer: frames(chunk({ role: 'assistant', content: '' }, 'load')),
    outcome: 'other',
    text: '',
    detail: /\(load\)/,
  },
  {
    name: 'Ollama: finish reason unload',
    answer: frames(chunk({ role: 'assistant', content: '' }, 'unload')),
    outcome: 'other',
    text: '',
    detail: /\(unload\)/,
  },
  {
    name: 'Ollama until 2024: an empty finish reason on every chunk',
    answer: frames(chunk({ content: '관찰 기록 é😀.' }, ''), stop, usage, '[DONE]'),
    ...whole,
  },
  {
    name: 'Ollama until 2024: an empty finish reason at the end',
    answer: frames(text, chunk({}, ''), '[DONE]'),
    outcome: 'truncated',
    reason: 'no-finish-reason',
    usage: 'estimated',
  },
  {
    name: 'Ollama: 404 with code null',
    answer: reply(404, {
      error: { message: 'model "SECRET" not found', type: 'not_found_error', param: null, code: null },
    }),
    outcome: 'rejected',
    text: '',
    detail: /404 \(not_found_error\)/,
  },
  {
    name: 'Ollama: the model is loaded before the headers',
    async answer(completion) {
      await delay(300)
      frames(text, stop, usage, '[DONE]')(completion)
    },
    ...whole,
  },
  {
    name: 'llama.cpp until 2025: error: line',
    answer: bytes(`data: ${text}\n\nerror: {"code":500,"message":"SECRET","type":"server_error"}\n\n`),
    ...broken,
  },
  {
    name: 'llama.cpp: error chunk',
    answer: frames(text, '{"error":{"code":500,"message":"SECRET","type":"server_error"}}'),
    ...broken,
    detail: /\(server_error\)/,
  },
  {
    name: 'llama.cpp: bare comments, content null, timings, no blank line at the end',
    answer: bytes(
      `:\n\ndata: ${chunk({ role: 'assistant', content: null })}\n\n:\n\ndata: ${text}\n\ndata: ${chunk({}, 'stop', { timings: { predicted_n: 2 } })}\n\ndata: ${usage}\n\ndata: [DONE]`,
    ),
    ...whole,
  },
  {
    name: 'llama.cpp: reasoning_content',
    answer: slowly(chunk({ content: null, reasoning_content: '음' }), 8, text, stop, usage),
    ...whole,
  },
  {
    name: 'llama.cpp: 400 exceed_context_size_error',
    answer: reply(400, { error: { code: 400, message: 'SECRET', type: 'exceed_context_size_error' } }),
    outcome: 'rejected',
    text: '',
    detail: /400 \(exceed_context_size_error\)/,
  },
  {
    name: 'llama.cpp: 503 while loading',
    answer: first(2, reply(503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } })),
    ...whole,
    retries: 2,
  },
  {
    name: 'OpenRouter: comments and native_finish_reason',
    answer: bytes(
      `: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: ${text}\n\ndata: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', native_finish_reason: 'STOP' }] })}\n\ndata: ${usage}\n\n`,
    ),
    ...whole,
  },
  { name: 'an error that is a string', answer: frames(text, '{"error":"SECRET words"}'), ...broken },
  {
    name: 'error: null on every chunk',
    answer: frames(
      chunk({ content: '관찰 기록 é😀.' }, null, { error: null }),
      chunk({}, 'stop', { error: null }),
      usage,
    ),
    ...whole,
  },
  {
    name: 'another id and time on every chunk, other choices',
    answer: frames(
      chunk({ content: '관찰 기록 é😀.' }, null, { id: 'a', created: 1 }),
      '{"choices":[{"index":1,"delta":{"content":"SECRET"},"finish_reason":"length"}]}',
      chunk({}, 'stop', { id: 'b', created: 2 }),
      usage,
    ),
    ...whole,
  },
  {
    name: 'fields of other types',
    answer: frames(
      '{"choices":"x","usage":7}',
      '{"choices":[null]}',
      '{"choices":[{"delta":[],"finish_reason":3}]}',
      '{"choices":[{"delta":{"content":{"a":1},"refusal":4}}]}',
      text,
      stop,
      usage,
    ),
    ...whole,
  },
]

/** One frame many times, longer in all than the idle limit of the tests, then the others. */
function slowly(frame: string, times: number, ...others: string[]): Fault['answer'] {
  return async completion => {
    for (let count = 0; count < times; count++) {
      completion.raw(`data: ${frame}\n\n`)
      await delay(300)
    }
    frames(...others)(completion)
  }
}
