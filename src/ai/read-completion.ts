import { createParser, type EventSourceMessage, type EventSourceParser, type ParseError } from 'eventsource-parser'
import { type Completion, type CompletionLimits, enough, type TextReader } from './completion.ts'
import { type Frame, readFrame, type TokenUsage } from './frame.ts'
import { maxTypes } from './message-content.ts'
import { ReasoningFilter } from './reasoning-filter.ts'
import { TextSample } from './text-sample.ts'
import type { Body, BodyReader } from './upstream-body.ts'

/** Finish reasons that mean a normal end, by provider: OpenAI and nearly all; Anthropic-like gateways; older engines. */
const normalFinishReasons = new Set(['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token'])

/** At most this much is kept of a refusal. */
const maxRefusalChars = 2_000

/**
 * Reads an event stream to its end, or to its first fault, and classifies it. `onDelta` gets all text: the text of one read
 * is one piece, so that a model that is faster than this server costs less per token. Reasoning inside the text is taken
 * out: see `ReasoningFilter`.
 *
 * Text, a refusal and reasoning are signs of life for the idle limit: a model that thinks for minutes is not stuck, and
 * the limit of the whole completion still holds. After the finish reason or `[DONE]` the reader waits only `finishGraceMs` of
 * silence, so that usage can come and the connection can be used again; whatever breaks by then breaks nothing.
 *
 * A finish reason on a chunk that has text or reasoning does not end the completion, since some servers send one with each
 * (Gemini, gateways that fill a default in). The reader keeps the newest one, and it holds once a chunk without text,
 * reasoning and reason comes, or `[DONE]`, or the end of the body.
 *
 * Does not close `body`. Rejects only if `onDelta` throws.
 */
export function readCompletion(
  body: Pick<Body, 'read'>,
  onDelta: TextReader,
  limits: CompletionLimits,
): Promise<Completion> {
  const { promise, resolve, reject } = Promise.withResolvers<Completion>()
  body.read(new CompletionReader(onDelta, limits, resolve, reject))
  return promise
}

/** The same for a completion that has come whole: `data` is its JSON. Its text is one piece. */
export function readWhole(data: string, onDelta: TextReader, limits: CompletionLimits): Promise<Completion> {
  const { promise, resolve, reject } = Promise.withResolvers<Completion>()
  new CompletionReader(onDelta, limits, resolve, reject).whole(data)
  return promise
}

/** A class and not closures: a closure takes 56 bytes, and thousands of completions had 14 closures each. */
class CompletionReader implements BodyReader {
  readonly #onDelta: TextReader
  readonly #limits: CompletionLimits
  readonly #resolve: (completion: Completion) => void
  readonly #reject: (error: unknown) => void
  readonly #decoder = new TextDecoder()
  readonly #parser: EventSourceParser
  #timer: NodeJS.Timeout
  /** Kept so that the timer is not restarted with each token, which moves it in Node's list of timers: 0.5 µs, not 0.7. */
  #aliveAt = performance.now()
  #finishReason: string | undefined
  /** No more text can come: the finish reason counts. */
  #settled = false
  /** The timer waits for the end, no longer for text. */
  #inGrace = false
  #refusal = ''
  /** Read, and not yet passed to `onDelta`. */
  #fresh = ''
  /** The member of its frames that holds the text. */
  #from: 'delta' | 'message' | 'text' | undefined
  /** All the text, where it comes in `message`: the last message may repeat it. */
  #messages = ''
  readonly #reasoning = new TextSample()
  readonly #filter = new ReasoningFilter(this.#reasoning)
  #leftOut: Set<string> | undefined
  #usage: TokenUsage | undefined
  #size = 0
  #line = ''
  #doneSeen = false
  /** Known with the first character: the body is one JSON document, whatever its type says. */
  #isJson: boolean | undefined
  /** The text reader wants no more. */
  #full = false
  #ended = false
  #inTail = false

  constructor(
    onDelta: TextReader,
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

  whole(data: string): void {
    this.#guarded(() => {
      this.#event({ data, event: undefined, id: undefined })
      this.#doneSeen = true
      this.#finish()
    })
  }

  #guarded(take: () => void): void {
    if (this.#ended) return
    try {
      take()
      if (this.#ended || this.#deliver() !== enough) return
      this.#full = true
      this.#end({ outcome: 'length' })
    } catch (error) {
      this.#ended = true
      clearTimeout(this.#timer)
      this.#reject(error)
    }
  }

  #deliver(): unknown {
    const fresh = this.#fresh
    if (fresh === '') return undefined
    this.#fresh = ''
    return this.#pass(this.#filter.push(fresh))
  }

  /** Passes on what the filter has given. */
  #pass(text: string): unknown {
    if (this.#filter.takeVoid()) return this.#onDelta(text, true)
    return text === '' ? undefined : this.#onDelta(text)
  }

  /** Gives the parser whole lines only: it would drop a line in pieces that begins like no field it knows. */
  #feed(text: string): void {
    if (this.#isJson === undefined && text.trim() !== '') this.#isJson = /^\s*[{[]/.test(text)
    if (this.#isJson) {
      this.#aliveAt = performance.now()
      this.#line += text
      return
    }
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
    } else this.#chunk(frame)
  }

  #chunk(frame: Extract<Frame, { kind: 'chunk' }>): void {
    const content = frame.content === '' ? '' : this.#contentOf(frame)
    this.#fresh += content
    // A last message repeats the pieces before it.
    if (frame.from === 'delta' || this.#refusal === '') this.#refusal += frame.refusal
    if (frame.thoughts !== '' && (frame.from === 'delta' || this.#reasoning.length === 0))
      this.#reasoning.add(frame.thoughts)
    if (frame.leftOut) this.#note(frame.leftOut)
    this.#usage = frame.usage ?? this.#usage
    this.#finishReason = frame.finishReason ?? this.#finishReason
    if (content !== '' || frame.refusal !== '' || frame.reasoning) {
      this.#settled = false
      this.#alive()
    } else if (frame.finishReason !== undefined || this.#settles(frame.usage !== undefined)) {
      this.#settled = true
      this.#alive()
    }
  }

  /** A chunk that says nothing, after reasoning with a finish reason, may also be the first chunk of the text to come. */
  #settles(hasUsage: boolean): boolean {
    return this.#finishReason !== undefined && !this.#settled && (hasUsage || this.#from !== undefined)
  }

  /** '' for a message that only repeats text from deltas or `text`, or, at its end, from the messages before. */
  #contentOf({ content, from, finishReason }: Extract<Frame, { kind: 'chunk' }>): string {
    if (from === 'delta') {
      this.#from = from
      return content
    }
    this.#from ??= from
    if (from !== this.#from) return ''
    if (from === 'text') return content
    const last = (finishReason ?? this.#finishReason) !== undefined
    if (last && content === this.#messages) return ''
    this.#messages += content
    return content
  }

  #note(types: readonly string[]): void {
    this.#leftOut ??= new Set()
    for (const type of types) if (this.#leftOut.size < maxTypes) this.#leftOut.add(type)
  }

  #unparsed(error: ParseError): void {
    if (this.#ended || this.#doneSeen) return
    if (error.type === 'max-buffer-size-exceeded') this.#lineTooLong()
    // llama.cpp until late 2025 reported errors as a field of that name, which SDKs skip in silence.
    else if (error.type === 'unknown-field' && error.field === 'error')
      this.#broken('error-in-stream', 'the model reported an error')
  }

  get #finishing(): boolean {
    return this.#settled || this.#doneSeen
  }

  #alive(): void {
    this.#aliveAt = performance.now()
    if (!this.#finishing && !this.#inGrace) return
    clearTimeout(this.#timer)
    this.#inGrace = this.#finishing
    this.#timer = this.#idleAfter(this.#inGrace ? this.#limits.finishGraceMs : this.#limits.idleTimeoutMs)
  }

  #idleAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#guarded(() => this.#idle()), ms)
  }

  #idle(): void {
    const { idleTimeoutMs } = this.#limits
    const idleMs = performance.now() - this.#aliveAt
    if (this.#finishing) this.#finish()
    else if (idleMs < idleTimeoutMs) this.#timer = this.#idleAfter(idleTimeoutMs - idleMs)
    else this.#end({ outcome: 'stalled', reason: 'idle', detail: `no text for ${idleTimeoutMs / 1000} s` })
  }

  #whole(): void {
    // A last frame without its blank line counts: if it is whole it parses, if it is half it does not.
    this.#inTail = true
    this.#feed(`${this.#decoder.decode()}\n\n`)
    if (this.#isJson) this.whole(this.#line)
    else this.#finish()
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

  /** The body has ended, or the deadline for it has passed. `cut` says how the body ended if it did not end well. */
  #finish(cut?: Completion): void {
    const refusal = this.#refusal.slice(0, maxRefusalChars)
    if (this.#finishReason !== undefined && (!cut || this.#finishing))
      this.#end(completionFor(this.#finishReason, refusal))
    else if (this.#doneSeen && this.#limits.finishReasonOptional) this.#end(completionFor('stop', refusal))
    else this.#end(cut ?? truncated('no-finish-reason', 'the answer ended without a finish reason'))
  }

  #end(completion: Completion): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    this.#full ||= this.#last() === enough
    this.#resolve({
      ...(this.#full ? { outcome: 'length' } : completion),
      usage: this.#usage,
      ...(this.#reasoning.length > 0 && { reasoning: this.#reasoning }),
      ...(this.#leftOut && { leftOut: Array.from(this.#leftOut) }),
    })
  }

  /** Passes on what is left. */
  #last(): unknown {
    if (this.#full) return undefined
    const passed = this.#deliver()
    return passed === enough ? passed : this.#pass(this.#filter.end())
  }
}

function completionFor(finishReason: string, refusal: string): Completion {
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
