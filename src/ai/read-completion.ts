import { createParser, type ParseError } from 'eventsource-parser'
import type { Completion, CompletionLimits } from './completion.ts'
import { readFrame, type TokenUsage } from './frame.ts'
import type { Body } from './upstream-body.ts'

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
  const decoder = new TextDecoder()
  let finishReason: string | undefined
  let refusal = ''
  /** Read, and not yet told. */
  let fresh = ''
  let usage: TokenUsage | undefined
  let size = 0
  let line = ''
  let doneSeen = false
  let ended = false
  let inTail = false

  return new Promise((resolve, reject) => {
    const deliver = () => {
      const text = fresh
      fresh = ''
      if (text) onDelta(text)
    }
    const end = (completion: Completion) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      deliver()
      resolve({ ...completion, usage })
    }
    const broken = (reason: Extract<Completion, { outcome: 'broken' }>['reason'], detail: string) =>
      end({ outcome: 'broken', reason, detail })
    /** The end of the body, or of our patience with it. `cut` says how it ended if it did not end well. */
    const finish = (cut?: Completion) => {
      if (finishReason !== undefined) end(judge(finishReason, refusal.slice(0, maxRefusalChars)))
      else if (doneSeen && limits.finishReasonOptional) end(judge('stop', refusal.slice(0, maxRefusalChars)))
      else end(cut ?? truncated('no-finish-reason', 'the answer ended without a finish reason'))
    }
    const finishing = () => finishReason !== undefined || doneSeen
    const idle = () =>
      finishing()
        ? finish()
        : end({ outcome: 'stalled', reason: 'idle', detail: `no text for ${limits.idleTimeoutMs / 1000} s` })
    let timer = setTimeout(idle, limits.idleTimeoutMs)
    const alive = () => {
      if (!finishing()) {
        timer.refresh()
        return
      }
      clearTimeout(timer)
      timer = setTimeout(idle, limits.finishGraceMs)
    }

    const parser = createParser({
      maxBufferSize: limits.maxLineBytes,
      onEvent({ data, event }) {
        if (ended || doneSeen) return
        const frame = readFrame(data, event)
        if (frame.kind === 'error') {
          broken('error-in-stream', `the model reported an error${frame.code ? ` (${frame.code})` : ''}`)
        } else if (frame.kind === 'garbled') {
          if (inTail) finish(truncated('half-frame', 'the answer ended in the middle of a frame'))
          else broken('garbled-frame', 'a frame of the answer is not JSON')
        } else if (frame.kind === 'done') {
          doneSeen = true
          alive()
        } else {
          usage = frame.usage ?? usage
          finishReason = frame.finishReason ?? finishReason
          refusal += frame.refusal
          if (frame.content || frame.refusal || frame.reasoning || frame.finishReason) alive()
          fresh += frame.content
        }
      },
      onError(error: ParseError) {
        if (ended || doneSeen) return
        if (error.type === 'max-buffer-size-exceeded') broken('line-too-long', 'a line of the answer is too long')
        // llama.cpp until late 2025 reported errors as a field of that name, which SDKs skip in silence.
        else if (error.type === 'unknown-field' && error.field === 'error')
          broken('error-in-stream', 'the model reported an error')
      },
    })
    /** The parser gets whole lines only: of a line in pieces it would drop one that begins like no field it knows. */
    const feed = (text: string) => {
      const lineEnd = text.endsWith('\n') ? text.length : Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
      if (lineEnd > 0) {
        const lines = line + text.slice(0, lineEnd)
        line = ''
        parser.feed(lines)
      }
      line += text.slice(lineEnd)
      if (line.length > limits.maxLineBytes) broken('line-too-long', 'a line of the answer is too long')
    }
    const guarded = (take: () => void) => {
      if (ended) return
      try {
        take()
        deliver()
      } catch (error) {
        ended = true
        clearTimeout(timer)
        reject(error)
      }
    }
    body.read({
      data: bytes =>
        guarded(() => {
          size += bytes.length
          if (size > limits.maxBodyBytes) broken('too-large', 'the answer is too large')
          else feed(decoder.decode(bytes, { stream: true }))
        }),
      end: error => guarded(() => (error ? brokenOff(error) : whole())),
    })
    function whole() {
      // A last frame without its blank line counts: a whole one was sent, half a one fails to parse.
      inTail = true
      feed(`${decoder.decode()}\n\n`)
      finish()
    }
    function brokenOff({ code }: NodeJS.ErrnoException) {
      if (code?.startsWith('Z_'))
        finish({ outcome: 'broken', reason: 'garbled-frame', detail: 'the answer is not gzip' })
      else if (code === 'ECONNRESET') finish(truncated('reset', 'the connection to the model was reset'))
      else finish(truncated('cut', 'the connection to the model broke in the middle of the answer'))
    }
  })
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
