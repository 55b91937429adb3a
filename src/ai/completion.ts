import type { UpstreamFault } from './errors.ts'
import type { TokenUsage } from './frame.ts'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** JSON that the model is asked to write: a JSON Schema in the subset of OpenAI's structured outputs. */
export interface JsonFormat {
  /** Letters, digits, `_` and `-`, at most 64. */
  name: string
  schema: Record<string, unknown>
}

/** What is known of a completion, however it ended. */
interface CompletionFacts {
  usage?: TokenUsage
  /** What the model wrote besides its text, if anything: its tokens count too. */
  reasoning?: TextLength
  /** The types of the parts of the answer that are not text, such as `image_url`. */
  leftOut?: readonly string[]
}

/** How long a text was, in UTF-16 units, and how it began: its tokens can be estimated. */
export interface TextLength {
  readonly length: number
  readonly beginning: string
}

/** A text reader returns this when it wants no more. The completion ends as `length`, and its connection is closed. */
export const enough = Symbol('enough')

/**
 * Takes the text of a completion, piece by piece, in order, no piece empty. The result is ignored unless it is `enough`.
 *
 * `voids` means that all pieces before turned out to be reasoning and not text: this piece, which may be '', replaces them.
 * That happens at most once in a completion.
 */
export type TextReader = (text: string, voids?: boolean) => unknown

/**
 * How a completion ended. Only `completed` is a success: the answer was an event stream or a whole completion, a normal
 * finish reason was seen, and no one aborted. `[DONE]`, a clean end of the body or the absence of an error mean nothing.
 *
 * `detail` is for users: it never repeats what the upstream said, but for short codes.
 */
export type Completion = CompletionFacts &
  (
    | { outcome: 'completed' }
    | { outcome: 'length' }
    | { outcome: 'content-filter' }
    /** The model declined; `words` is what it said instead. */
    | { outcome: 'refused'; words: string }
    /** An unknown finish reason. */
    | { outcome: 'other'; detail: string }
    /** Ended without a finish reason. */
    | { outcome: 'truncated'; reason: 'no-finish-reason' | 'half-frame' | 'cut' | 'reset'; detail: string }
    /** No text for too long, or no end. */
    | { outcome: 'stalled'; reason: 'idle' | 'deadline'; detail: string }
    /** The signal was aborted; its reason says why. */
    | { outcome: 'aborted' }
    /** The answer came and is not what the request asked for. */
    | { outcome: 'broken'; reason: BrokenReason; detail: string }
    | UpstreamFault
  )

/** A completion whose answer has begun. It must be read. */
export interface BegunCompletion {
  outcome: 'begun'
  /** Reads the completion to its end and classifies it. Rejects only if `onDelta` throws. */
  read(onDelta: TextReader): Promise<Completion>
}

export type BrokenReason =
  /** An error inside the stream, in any dialect. */
  | 'error-in-stream'
  | 'garbled-frame'
  | 'line-too-long'
  | 'too-large'
  /** 200 with one of these instead of an event stream or a whole completion. */
  | 'web-page'
  | 'json-error'
  | 'no-stream'

export interface CompletionLimits {
  /** No content for this long after the headers ends the completion as `stalled`. Comments and empty deltas are not content. */
  idleTimeoutMs: number
  /** For the whole completion, from the request on. */
  totalTimeoutMs: number
  /** Silence after the finish reason, during which usage may still come and the server may end the answer. */
  finishGraceMs: number
  /** Bytes of the body, after decompression. */
  maxBodyBytes: number
  /** For one line of the stream, and for one event of several lines, in UTF-16 units. */
  maxLineBytes: number
  /** For servers that never send a finish reason: `[DONE]` then counts as `stop`. A mere end of the body never does. */
  finishReasonOptional: boolean
}
