import { setTimeout as delay } from 'node:timers/promises'
import type { Completion } from '../../src/ai/completion.ts'
import { choice, completionChunk } from '../../src/demo-model/chunk.ts'
import type { UpstreamCompletion } from './upstream.ts'

/** One way for an upstream to answer, and the expected outcome. */
export interface Fault {
  name: string
  /** @param asked how often it has been asked before */
  answer(completion: UpstreamCompletion, asked: number): unknown
  outcome: Completion['outcome']
  reason?: string
  /** The expected text; all of it by default. */
  text?: string
  detail?: RegExp
  /** How often it must be asked again. */
  retries?: number
  /** `estimated`: the provider reported none, so it was counted. */
  usage?: { inputTokens: number; outputTokens: number } | 'estimated'
}

/** The text of every case, unless it does not get that far. The characters take one to four bytes in UTF-8. */
export const wholeText = '관찰 기록 é😀.'

const head = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'test' }

/** A chunk with these fields of its delta. */
export function chunk(delta: object, finishReason: string | null = null, more: object = {}): string {
  return JSON.stringify({ ...completionChunk(head, [choice(delta, finishReason)]), ...more })
}

export const text = chunk({ content: wholeText })
export const stop = chunk({}, 'stop')
export const usage = usageChunk(9, 2)

export function usageChunk(inputTokens: number, outputTokens: number, choices: object[] = []): string {
  const tokens = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  }
  return JSON.stringify(completionChunk(head, choices, tokens))
}

/** An event stream of these frames, ended cleanly. */
export function frames(...data: string[]) {
  return (completion: UpstreamCompletion) => {
    completion.raw(data.map(line => `data: ${line}\n\n`).join('')).response.end()
  }
}

/** An event stream of just these bytes, ended cleanly. */
export function bytes(body: string | Buffer) {
  return (completion: UpstreamCompletion) => {
    completion.raw(body).response.end()
  }
}

/** An event stream that begins so and is never ended by the server. */
export function open(...data: string[]) {
  return (completion: UpstreamCompletion) => {
    completion.raw(data.map(line => `data: ${line}\n\n`).join(''))
  }
}

/** An ordinary answer. */
export function reply(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  return ({ response }: UpstreamCompletion) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** That the first times, then a whole text. */
export function first(times: number, answer: Fault['answer']): Fault['answer'] {
  return (completion, asked) =>
    asked < times ? answer(completion, asked) : frames(text, stop, usage, '[DONE]')(completion)
}

/** Past node:http, so that an answer can end as no well-behaved one does: `end` is done once the text has arrived. */
export function wire(headers: string, body: string, end: 'close' | 'reset') {
  return async ({ request: { socket } }: UpstreamCompletion) => {
    socket.on('error', () => {})
    const type = headers.startsWith('content-type:') ? '' : 'content-type: text/event-stream\r\n'
    socket.write(`HTTP/1.1 200 OK\r\n${type}${headers}\r\n${body}`)
    // A reset would overtake the bytes written before it.
    await delay(100)
    if (end === 'close') socket.end()
    else socket.resetAndDestroy()
  }
}
