import type { Readable } from 'node:stream'
import { createParser, type ParseError } from 'eventsource-parser'
import type OpenAI from 'openai'
import { classify, type UpstreamFault } from './errors.ts'
import { UpstreamResponse } from './upstream-fetch.ts'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface CompletionRequest {
  model: string
  messages: readonly ChatMessage[]
  /** Aborting ends the completion as `aborted` and closes its socket. */
  signal: AbortSignal
  /** Called for every piece of text, in order, never with ''. */
  onDelta(text: string): void
}

export interface CompletionLimits {
  /** No content for this long after the headers ends it as `stalled`. Comments and empty deltas are not content. */
  idleTimeoutMs: number
  /** Whole completion, from the request on. */
  totalTimeoutMs: number
  /** Bytes of the body, after decompression. */
  maxBodyBytes: number
}

export interface TokenUsage {
  inputTokens: number
  outputTokens: number
}

/**
 * How a completion ended. Only `completed` is a success: the answer was an event stream, a normal finish reason was
 * seen, and nobody aborted. `[DONE]`, a clean end of the body or the absence of an error mean nothing.
 */
export type Completion = { usage?: TokenUsage } & (
  | { outcome: 'completed' }
  | { outcome: 'length' }
  | { outcome: 'content-filter' }
  /** The model declined; `words` is what it said instead. */
  | { outcome: 'refused'; words: string }
  /** A finish reason nobody knows. */
  | { outcome: 'other'; detail: string }
  /** Ended without a finish reason: cut, reset, half a frame, or just silence and a clean end. */
  | { outcome: 'truncated'; detail: string }
  | { outcome: 'stalled'; detail: string }
  /** The signal was aborted; its reason says why. */
  | { outcome: 'aborted' }
  /** An error inside the stream, or an answer that is no event stream. */
  | { outcome: 'broken'; detail: string }
  | UpstreamFault
)

/** Finish reasons that mean a normal end, by provider: OpenAI and nearly all; Anthropic-like gateways; older engines. */
const normalFinishReasons = new Set(['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token'])

/** Runs one streamed chat completion and judges its end. Never throws for anything the upstream does. */
export async function streamCompletion(
  client: OpenAI,
  request: CompletionRequest,
  limits: CompletionLimits,
): Promise<Completion> {
  const { model, messages, signal } = request
  const deadline = AbortSignal.timeout(limits.totalTimeoutMs)
  const either = AbortSignal.any([signal, deadline])
  const tooLong = { outcome: 'stalled', detail: `no end within ${limits.totalTimeoutMs / 1000} s` } as const
  let response: Response
  try {
    response = await client.chat.completions
      .create(
        { model, messages: [...messages], stream: true, stream_options: { include_usage: true } },
        { signal: either },
      )
      .asResponse()
  } catch (error) {
    if (signal.aborted) return { outcome: 'aborted' }
    return deadline.aborted ? tooLong : classify(error)
  }
  const body = response instanceof UpstreamResponse ? response.nodeBody : undefined
  if (!body) return { outcome: 'broken', detail: 'the answer has no body' }
  const stop = () => body.destroy()
  either.addEventListener('abort', stop)
  try {
    const contentType = response.headers.get('content-type') ?? ''
    if (!/^text\/event-stream\b/i.test(contentType)) {
      return { outcome: 'broken', detail: 'the answer is not an event stream' }
    }
    const end = await read(body, request, limits)
    if (signal.aborted) return { outcome: 'aborted', usage: end.usage }
    return deadline.aborted ? { ...tooLong, usage: end.usage } : end
  } finally {
    either.removeEventListener('abort', stop)
    body.on('error', () => {})
    body.destroy()
  }
}

/** Reads the event stream to its end, to the finish of its one choice, or to the first thing that is wrong. */
function read(body: Readable, { onDelta }: CompletionRequest, limits: CompletionLimits): Promise<Completion> {
  const decoder = new TextDecoder()
  let finishReason: string | undefined
  let refusal = ''
  let usage: TokenUsage | undefined
  let bytes = 0
  let wrong: Completion | undefined
  let done = false

  return new Promise(resolve => {
    const end = (completion: Completion) => {
      if (done) return
      done = true
      clearTimeout(watchdog)
      resolve({ ...completion, usage })
    }
    const watchdog = setTimeout(
      () => end({ outcome: 'stalled', detail: `no text for ${limits.idleTimeoutMs / 1000} s` }),
      limits.idleTimeoutMs,
    )
    const parser = createParser({
      maxBufferSize: limits.maxBodyBytes,
      onEvent({ data, event }) {
        if (done || wrong || data === '[DONE]') {
          if (data === '[DONE]' && !done && !wrong) end(judge(finishReason, refusal))
          return
        }
        const chunk = parseChunk(data)
        if (!chunk) wrong = { outcome: 'broken', detail: 'a frame of the answer is not JSON' }
        else if (event === 'error' || chunk.error !== undefined || chunk.object === 'error') {
          wrong = { outcome: 'broken', detail: `the model reported an error${errorCode(chunk)}` }
        } else {
          usage = usageOf(chunk) ?? usage
          const choice = chunk.choices?.[0]
          finishReason = choice?.finish_reason?.toLowerCase() || finishReason
          refusal += choice?.delta?.refusal ?? ''
          const { content, reasoning, reasoning_content } = choice?.delta ?? {}
          if (content || reasoning || reasoning_content) watchdog.refresh()
          if (typeof content === 'string' && content !== '') onDelta(content)
        }
      },
      onError(error: ParseError) {
        if (error.type === 'max-buffer-size-exceeded')
          wrong = { outcome: 'broken', detail: 'a line of the answer is too long' }
        // llama.cpp until late 2025 reported errors as a field of that name, which SDKs skip in silence.
        else if (error.type === 'unknown-field' && error.field === 'error') {
          wrong = { outcome: 'broken', detail: 'the model reported an error' }
        }
      },
    })
    const feed = (text: string) => {
      if (done || wrong) return
      parser.feed(text)
      if (wrong) end(wrong)
    }
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limits.maxBodyBytes) end({ outcome: 'broken', detail: 'the answer is too large' })
      else feed(decoder.decode(chunk, { stream: true }))
    })
    body.on('end', () => {
      // A last frame without its blank line counts: a whole one was sent, half a one fails to parse.
      feed(`${decoder.decode()}\n\n`)
      end(wrong ?? judge(finishReason, refusal))
    })
    body.on('error', () =>
      end(
        finishReason
          ? judge(finishReason, refusal)
          : { outcome: 'truncated', detail: 'the connection to the model broke' },
      ),
    )
    body.on('close', () => end(judge(finishReason, refusal)))
  })
}

function judge(finishReason: string | undefined, refusal: string): Completion {
  if (finishReason === undefined) return { outcome: 'truncated', detail: 'the answer ended without a finish reason' }
  if (refusal) return { outcome: 'refused', words: refusal }
  if (normalFinishReasons.has(finishReason)) return { outcome: 'completed' }
  if (finishReason === 'length' || finishReason === 'max_tokens') return { outcome: 'length' }
  if (finishReason === 'content_filter') return { outcome: 'content-filter' }
  return { outcome: 'other', detail: 'the model ended in an unknown way' }
}

/** As much of a chunk as is looked at; every field may be missing or null, whatever the provider's documentation says. */
interface CompletionChunk {
  object?: string
  error?: unknown
  choices?: {
    delta?: { content?: string | null; refusal?: string | null; reasoning?: unknown; reasoning_content?: unknown }
    finish_reason?: string | null
  }[]
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null
}

function parseChunk(data: string): CompletionChunk | undefined {
  try {
    const chunk: unknown = JSON.parse(data)
    return typeof chunk === 'object' && chunk !== null ? chunk : undefined
  } catch {
    return undefined
  }
}

function usageOf({ usage }: CompletionChunk): TokenUsage | undefined {
  if (!usage || !Number.isSafeInteger(usage.prompt_tokens) || !Number.isSafeInteger(usage.completion_tokens))
    return undefined
  return { inputTokens: usage.prompt_tokens as number, outputTokens: usage.completion_tokens as number }
}

function errorCode({ error }: CompletionChunk): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return /^[\w.-]{1,40}$/.test(code) ? ` (${code})` : ''
}
