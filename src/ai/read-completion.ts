import { createParser, type EventSourceMessage, type EventSourceParser, type ParseError } from 'eventsource-parser'
import type { Completion, CompletionLimits } from './completion.ts'
import { readFrame, type TokenUsage } from './frame.ts'
import type { Body, BodyReader } from './upstream-body.ts'

/** Finish reasons that mean a normal end, by provider: OpenAI and nearly all; Anthropic-like gateways; older engines. */
const normalFinishReasons = new Set(['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token'])

/** Of what a model says instead of writing, as much is kept. */
const maxRefusalChars = 2_000

/**
 * Reads an event stream to its end, or to the first thing that is wrong with it, and judges it. `onDelta` gets all text,
 * in order, never '': what is read at once is one piece, so that a model that is faster than we are costs less per token.
 *
 * Text, a refusal and reasoning are signs of life for the idle limit: a model that thinks for minutes is not stuck, and
 * the limit of the whole completion still holds. After the finish reason or `[DONE]` only `finishGraceMs` of silence is
 * waited out, so that usage can come and the connection can be used again; whatever breaks by then breaks nothing.
 * Does not close `body`. Rejects only if `onDelta` throws.
 */
export function readCompletion(
  body: Pick<Body, 'read'>,
  onDelta: (text: string) => void,
  limits: CompletionLimits,
): Promise<Completion> {
  const { promise, resolve, reject } = Promise.withResolvers<Completion>()
  body.read(new CompletionReader(onDelta, limits, resolve, reject))
  return promise
}

/** A class and no closures: each of them is 56 bytes, of which thousands of completions had 14 each. */
class CompletionReader implements BodyReader {
  readonly #onDelta: (text: string) => void
  readonly #limits: CompletionLimits
  readonly #resolve: (completion: Completion) => void
  readonly #reject: (error: unknown) => void
  readonly #decoder = new TextDecoder()
  readonly #parser: EventSourceParser
  #timer: NodeJS.Timeout
  /** Kept instead of beginning the timer anew with each token, which moves it in Node's list of timers: 0.5 µs, not 0.7. */
  #aliveAt = performance.now()
  #finishReason: string | undefined
  #refusal = ''
  /** Read, and not yet told. */
  #fresh = ''
  #usage: TokenUsage | undefined
  #size = 0
  #line = ''
  #doneSeen = false
  #ended = false
  #inTail = false

  constructor(
    onDelta: (text: string) => void,
    limits: CompletionLimits,
    resolve: (completion: Completion) => void,
    reject: (error: unknown) => void,
  ) {
    this.#onDelta = onDelta
    this.#limits = limits
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = this.#idleAfter(limits.idleTimeoutMs)
    this.#parser = createParser({
      maxBufferSize: limits.maxLineBytes,
      onEvent: event => this.#event(event),
      onError: error => this.#unparsed(error),
    })
  }

  data(bytes: Buffer): void {
    this.#guarded(() => {
      this.#size += bytes.length
      if (this.#size > this.#limits.maxBodyBytes) this.#broken('too-large', 'the answer is too large')
      else this.#feed(this.#decoder.decode(bytes, { stream: true }))
    })
  }

  end(error?: NodeJS.ErrnoException): void {
    this.#guarded(() => (error ? this.#brokenOff(error) : this.#whole()))
  }

  #guarded(take: () => void): void {
    if (this.#ended) return
    try {
      take()
      this.#deliver()
    } catch (error) {
      this.#ended = true
      clearTimeout(this.#timer)
      this.#reject(error)
    }
  }

  #deliver(): void {
    const text = this.#fresh
    this.#fresh = ''
    if (text) this.#onDelta(text)
  }

  /** The parser gets whole lines only: of a line in pieces it would drop one that begins like no field it knows. */
  #feed(text: string): void {
    const lineEnd = text.endsWith('\n') ? text.length : Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
    if (lineEnd > 0) {
      const lines = this.#line + text.slice(0, lineEnd)
      this.#line = ''
      this.#parser.feed(lines)
    }
    this.#line += text.slice(lineEnd)
    if (this.#line.length > this.#limits.maxLineBytes) this.#lineTooLong()
  }

  #event({ data, event }: EventSourceMessage): void {
    if (this.#ended || this.#doneSeen) return
    const frame = readFrame(data, event)
    if (frame.kind === 'error') {
      this.#broken('error-in-stream', `the model reported an error${frame.code ? ` (${frame.code})` : ''}`)
    } else if (frame.kind === 'garbled') {
      if (this.#inTail) this.#finish(truncated('half-frame', 'the answer ended in the middle of a frame'))
      else this.#broken('garbled-frame', 'a frame of the answer is not JSON')
    } else if (frame.kind === 'done') {
      this.#doneSeen = true
      this.#alive()
    } else {
      this.#usage = frame.usage ?? this.#usage
      this.#finishReason = frame.finishReason ?? this.#finishReason
      this.#refusal += frame.refusal
      if (frame.content || frame.refusal || frame.reasoning || frame.finishReason) this.#alive()
      this.#fresh += frame.content
    }
  }

  #unparsed(error: ParseError): void {
    if (this.#ended || this.#doneSeen) return
    if (error.type === 'max-buffer-size-exceeded') this.#lineTooLong()
    // llama.cpp until late 2025 reported errors as a field of that name, which SDKs skip in silence.
    else if (error.type === 'unknown-field' && error.field === 'error')
      this.#broken('error-in-stream', 'the model reported an error')
  }

  get #finishing(): boolean {
    return this.#finishReason !== undefined || this.#doneSeen
  }

  #alive(): void {
    this.#aliveAt = performance.now()
    if (!this.#finishing) return
    clearTimeout(this.#timer)
    this.#timer = this.#idleAfter(this.#limits.finishGraceMs)
  }

  #idleAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#idle(), ms)
  }

  #idle(): void {
    const { idleTimeoutMs } = this.#limits
    const idleMs = performance.now() - this.#aliveAt
    if (this.#finishing) this.#finish()
    else if (idleMs < idleTimeoutMs) this.#timer = this.#idleAfter(idleTimeoutMs - idleMs)
    else this.#end({ outcome: 'stalled', reason: 'idle', detail: `no text for ${idleTimeoutMs / 1000} s` })
  }

  #whole(): void {
    // A last frame without its blank line counts: a whole one was sent, half a one fails to parse.
    this.#inTail = true
    this.#feed(`${this.#decoder.decode()}\n\n`)
    this.#finish()
  }

  #brokenOff({ code, message }: NodeJS.ErrnoException): void {
    if (code === 'Z_NOT_ENCODED') this.#finish({ outcome: 'broken', reason: 'garbled-frame', detail: message })
    else if (code === 'ECONNRESET') this.#finish(truncated('reset', 'the connection to the model was reset'))
    else this.#finish(truncated('cut', 'the connection to the model broke in the middle of the answer'))
  }

  #lineTooLong(): void {
    this.#broken('line-too-long', 'a line of the answer is too long')
  }

  #broken(reason: Extract<Completion, { outcome: 'broken' }>['reason'], detail: string): void {
    this.#end({ outcome: 'broken', reason, detail })
  }

  /** The end of the body, or of our patience with it. `cut` says how it ended if it did not end well. */
  #finish(cut?: Completion): void {
    const refusal = this.#refusal.slice(0, maxRefusalChars)
    if (this.#finishReason !== undefined) this.#end(judge(this.#finishReason, refusal))
    else if (this.#doneSeen && this.#limits.finishReasonOptional) this.#end(judge('stop', refusal))
    else this.#end(cut ?? truncated('no-finish-reason', 'the answer ended without a finish reason'))
  }

  #end(completion: Completion): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    this.#deliver()
    this.#resolve({ ...completion, usage: this.#usage })
  }
}

function judge(finishReason: string, refusal: string): Completion {
  if (refusal) return { outcome: 'refused', words: refusal }
  if (normalFinishReasons.has(finishReason)) return { outcome: 'completed' }
  if (finishReason === 'length' || finishReason === 'max_tokens') return { outcome: 'length' }
  if (finishReason.startsWith('content_filter') || finishReason === 'safety') return { outcome: 'content-filter' }
  const name = /^[\w.-]{1,40}$/.test(finishReason) ? ` (${finishReason})` : ''
  return { outcome: 'other', detail: `the model ended in an unknown way${name}` }
}

function truncated(reason: Extract<Completion, { outcome: 'truncated' }>['reason'], detail: string): Completion {
  return { outcome: 'truncated', reason, detail }
}
