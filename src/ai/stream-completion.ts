import type OpenAI from 'openai'
import type { Breaker, Verdict } from './breaker.ts'
import type { ChatMessage, Completion, CompletionLimits } from './completion.ts'
import { classify, type UpstreamFault } from './errors.ts'
import type { ResponseFormat } from './json-format.ts'
import { notAStream } from './not-a-stream.ts'
import { readCompletion } from './read-completion.ts'
import { UpstreamResponse } from './upstream-fetch.ts'

export interface CompletionRequest {
  model: string
  messages: readonly ChatMessage[]
  responseFormat?: ResponseFormat
  /** Aborting ends the completion as `aborted` and closes its socket. */
  signal: AbortSignal
  /** Called for every piece of text, in order, never with ''. */
  onDelta(text: string): void
}

type Opened = { outcome: 'opened'; response: Response } | UpstreamFault | { outcome: 'aborted' }

/**
 * Runs one streamed chat completion, without retries, and judges its end. Rejects only if `onDelta` throws.
 *
 * The signals and timers are its own and end with it: `AbortSignal.timeout` and `AbortSignal.any` would stay with a
 * long-lived signal after the completion has ended.
 */
export async function streamCompletion(
  client: OpenAI,
  request: CompletionRequest,
  limits: CompletionLimits,
  breaker: Breaker,
): Promise<Completion> {
  const { signal } = request
  if (signal.aborted) return { outcome: 'aborted' }
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  signal.addEventListener('abort', stop)
  let late = false
  const deadline = setTimeout(() => {
    late = true
    stop()
  }, limits.totalTimeoutMs)
  try {
    const opened = await breaker.run(() => open(client, request, stopping.signal), verdict)
    const end =
      opened.outcome === 'opened' ? await receive(opened.response, request.onDelta, stopping.signal, limits) : opened
    const { usage } = end as Completion
    if (signal.aborted) return { outcome: 'aborted', usage }
    if (!late) return end
    return { outcome: 'stalled', reason: 'deadline', detail: `no end within ${limits.totalTimeoutMs / 1000} s`, usage }
  } finally {
    clearTimeout(deadline)
    signal.removeEventListener('abort', stop)
  }
}

/** Until the headers. */
async function open(client: OpenAI, request: CompletionRequest, signal: AbortSignal): Promise<Opened> {
  const { model, messages, responseFormat } = request
  try {
    const response = await client.chat.completions
      .create(
        {
          model,
          messages: [...messages],
          stream: true,
          stream_options: { include_usage: true },
          ...(responseFormat && { response_format: responseFormat }),
        },
        { signal },
      )
      .asResponse()
    return { outcome: 'opened', response }
  } catch (error) {
    return signal.aborted ? { outcome: 'aborted' } : classify(error)
  }
}

/** A 4xx is an answer like any other here: the upstream is there. */
function verdict(opened: Opened): Verdict {
  if (opened.outcome === 'aborted') return 'unknown'
  if (opened.outcome !== 'unavailable') return 'success'
  return opened.reason === 'rate-limited' || opened.reason === 'request-timeout' ? 'busy' : 'failure'
}

/** From the headers on. A body that was not read to its end takes its connection with it. */
async function receive(
  response: Response,
  onDelta: (text: string) => void,
  signal: AbortSignal,
  limits: CompletionLimits,
): Promise<Completion> {
  const body = response instanceof UpstreamResponse ? response.upstreamBody : undefined
  if (!body) return { outcome: 'broken', reason: 'no-stream', detail: "the model's server answered with nothing" }
  const stop = () => body.close()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    const contentType = response.headers.get('content-type') ?? ''
    if (!/^text\/event-stream\b/i.test(contentType)) return await notAStream(body, contentType)
    return await readCompletion(body, onDelta, limits)
  } finally {
    signal.removeEventListener('abort', stop)
    body.close()
  }
}
