import type OpenAI from 'openai'
import type { Breaker, Verdict } from './breaker.ts'
import type { BegunCompletion, ChatMessage, Completion, CompletionLimits, TextReader } from './completion.ts'
import { classify, type UpstreamFault } from './errors.ts'
import { eventStreamStart } from './event-stream-start.ts'
import type { OptionalMember } from './named-member.ts'
import { notAStream } from './not-a-stream.ts'
import type { OptionalMembers } from './optional-members.ts'
import { readCompletion } from './read-completion.ts'
import type { Body } from './upstream-body.ts'
import { UpstreamResponse } from './upstream-fetch.ts'

export interface ChatRequest {
  model: string
  messages: readonly ChatMessage[]
  members: OptionalMembers
  /** Aborting ends the completion as `aborted` and closes its socket. */
  signal: AbortSignal
}

type Opened = { outcome: 'opened'; answer: Answer } | UpstreamFault | { outcome: 'aborted' }

interface Answer {
  /** Undefined: no body, or an encoding that is not known. */
  body: Body | undefined
  type: string
  encoding: string
}

/**
 * Requests one streamed chat completion, without retries, until its answer begins; if it does not begin, says how it ended.
 *
 * There are two steps because thousands of completions are read at the same time: the SDK's objects and most of all the
 * prompt, which only the request needs, are released by then.
 */
export async function beginCompletion(
  client: OpenAI,
  request: ChatRequest,
  limits: CompletionLimits,
  breaker: Breaker,
): Promise<BegunCompletion | Completion> {
  if (request.signal.aborted) return { outcome: 'aborted' }
  const opening = new AbortController()
  const cutoff = new Cutoff(request.signal, limits.totalTimeoutMs, () => opening.abort())
  let opened: Opened | undefined
  try {
    opened = await breaker.run(() => open(client, request, opening.signal), verdict)
  } finally {
    if (opened?.outcome !== 'opened') cutoff.end()
  }
  return opened.outcome === 'opened' ? begun(opened.answer, cutoff, limits) : cutoff.classified(opened)
}

/** Up to the headers. */
async function open(client: OpenAI, request: ChatRequest, signal: AbortSignal): Promise<Opened> {
  const { model, messages, members } = request
  try {
    const response = await client.chat.completions
      .create({ model, messages: [...messages], stream: true, ...members }, { signal })
      .asResponse()
    const body = response instanceof UpstreamResponse ? response.upstreamBody : undefined
    const { headers } = response
    const answer = {
      body,
      type: headers.get('content-type') ?? '',
      encoding: headers.get('content-encoding') ?? '',
    }
    return { outcome: 'opened', answer }
  } catch (error) {
    return signal.aborted ? { outcome: 'aborted' } : classify(error, Object.keys(members) as OptionalMember[])
  }
}

/** A 4xx is an answer like any other here: the upstream is there. */
function verdict(opened: Opened): Verdict {
  if (opened.outcome === 'aborted') return 'unknown'
  if (opened.outcome !== 'unavailable') return 'success'
  return opened.reason === 'rate-limited' || opened.reason === 'request-timeout' ? 'busy' : 'failure'
}

function begun(answer: Answer, cutoff: Cutoff, limits: CompletionLimits): BegunCompletion {
  return {
    outcome: 'begun',
    async read(onDelta) {
      try {
        return cutoff.classified(await receive(answer, onDelta, cutoff, limits))
      } finally {
        cutoff.end()
        // A body that is not read to its end takes its connection with it.
        answer.body?.close()
      }
    },
  }
}

/** From the headers on. */
function receive(
  { body, type, encoding }: Answer,
  onDelta: TextReader,
  cutoff: Cutoff,
  limits: CompletionLimits,
): Completion | Promise<Completion> {
  if (!body) return noBody(encoding)
  cutoff.cuts(() => body.close())
  if (/^text\/event-stream\b/i.test(type)) return readCompletion(body, onDelta, limits)
  return receiveOther(body, type, onDelta, limits)
}

/** A body whose type does not name an event stream may still be one. */
async function receiveOther(
  beginning: Body,
  type: string,
  onDelta: TextReader,
  limits: CompletionLimits,
): Promise<Completion> {
  const { start, body } = await eventStreamStart(beginning, limits.idleTimeoutMs)
  if (start === 'event-stream') return readCompletion(body, onDelta, limits)
  if (start === 'other') return notAStream(body, type, onDelta, limits)
  return { outcome: 'stalled', reason: 'idle', detail: `no text for ${limits.idleTimeoutMs / 1000} s` }
}

function noBody(encoding: string): Completion {
  const name = /^[\w ,.-]{1,40}$/.test(encoding) ? ` (${encoding})` : ''
  const what = encoding ? `in an encoding that is not known here${name}` : 'with nothing'
  return { outcome: 'broken', reason: 'no-stream', detail: `the model's server answered ${what}` }
}

/**
 * What may end a completion early: its caller's signal, and the time limit.
 *
 * It owns its listener and timer, which end with it: `AbortSignal.timeout` and `AbortSignal.any` would stay with a long-lived
 * signal after the completion has ended.
 */
class Cutoff {
  readonly #signal: AbortSignal
  readonly #totalTimeoutMs: number
  readonly #deadline: NodeJS.Timeout
  readonly #cut = () => this.#stop()
  #stop: () => void
  #late = false

  constructor(signal: AbortSignal, totalTimeoutMs: number, stop: () => void) {
    this.#signal = signal
    this.#totalTimeoutMs = totalTimeoutMs
    this.#stop = stop
    signal.addEventListener('abort', this.#cut)
    this.#deadline = setTimeout(() => {
      this.#late = true
      this.#stop()
    }, totalTimeoutMs)
  }

  /** Sets what is stopped from now on; stops it at once if the cutoff has already come. */
  cuts(stop: () => void): void {
    this.#stop = stop
    if (this.#signal.aborted || this.#late) stop()
  }

  /** How a completion ended: by this cutoff, or as given. */
  classified(end: Completion): Completion {
    const { usage, reasoning, leftOut } = end
    const facts = { usage, ...(reasoning && { reasoning }), ...(leftOut && { leftOut }) }
    if (this.#signal.aborted) return { outcome: 'aborted', ...facts }
    if (!this.#late) return end
    const seconds = this.#totalTimeoutMs / 1000
    return { outcome: 'stalled', reason: 'deadline', detail: `no end within ${seconds} s`, ...facts }
  }

  end(): void {
    clearTimeout(this.#deadline)
    this.#signal.removeEventListener('abort', this.#cut)
  }
}
