import { readSaid, type Said } from './message-content.ts'

export interface TokenUsage {
  inputTokens: number
  outputTokens: number
}

/** What one event of a streamed chat completion says, whatever the dialect. */
export type Frame =
  | (Said & {
      kind: 'chunk'
      /** The member that holds the content. The content of a `message` may be a piece, or the whole text once more. */
      from: 'delta' | 'message' | 'text'
      finishReason?: string
      usage?: TokenUsage
    })
  | { kind: 'done' }
  /** The upstream reports an error; `code` is its short name for the error, if it has one. */
  | { kind: 'error'; code?: string }
  | { kind: 'garbled' }

/** The result for a frame that says nothing, such as a bare `data:`, or one about another choice. */
const nothing = { kind: 'chunk', content: '', refusal: '', reasoning: false, thoughts: '', from: 'delta' } as const

/** Finish reasons that mean none: what servers in other languages make of a null. */
const noReasons = new Set(['', 'null', 'none', 'nil', 'undefined'])

/**
 * Reads one event. Every field may be missing, null or of another type, whatever the provider's documentation says.
 * Finish reasons come in lower case. Of several choices the one of index 0 is read. Its content stands in `delta`; else in
 * `message`, as in an answer that is not a stream; or in `text`, as in the completions API that came before chats.
 *
 * An error is `event: error`, an object with `error` (vLLM, llama.cpp, OpenAI), one in an array (Gemini), or one with
 * `object: "error"` (vLLM until 2025).
 */
export function readFrame(data: string, event?: string): Frame {
  if (event === 'error') return { kind: 'error', code: errorCode(parse(data)) }
  if (data.trim() === '') return nothing
  if (data.trim() === '[DONE]') return { kind: 'done' }
  const parsed = parse(data)
  const chunk = asObject(Array.isArray(parsed) ? parsed[0] : parsed)
  if (!chunk) return { kind: 'garbled' }
  if ((chunk.error ?? undefined) !== undefined || chunk.object === 'error')
    return { kind: 'error', code: errorCode(chunk) }
  const usage = readUsage(chunk.usage)
  const choices = Array.isArray(chunk.choices) ? chunk.choices.map(asObject) : []
  const choice = choices.find(candidate => candidate && (candidate.index ?? 0) === 0)
  if (!choice) return { ...nothing, usage }
  const delta = readSaid(asObject(choice.delta))
  const finishReason = readFinishReason(choice.finish_reason)
  if (delta.content !== '' || (choice.message === undefined && choice.text === undefined)) {
    const { content, refusal, reasoning, thoughts, leftOut } = delta
    return { kind: 'chunk', from: 'delta', content, refusal, reasoning, thoughts, leftOut, finishReason, usage }
  }
  const message = readSaid(asObject(choice.message))
  const from = message.content === '' && asText(choice.text) !== '' ? 'text' : 'message'
  return {
    kind: 'chunk',
    from,
    content: from === 'text' ? asText(choice.text) : message.content,
    refusal: delta.refusal || message.refusal,
    reasoning: delta.reasoning || message.reasoning,
    thoughts: delta.thoughts || message.thoughts,
    leftOut: delta.leftOut ?? message.leftOut,
    finishReason,
    usage,
  }
}

function readFinishReason(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const reason = value.trim().toLowerCase()
  return noReasons.has(reason) ? undefined : reason
}

/** The short code of an error body or error chunk: never its message, which may repeat the prompt or part of a key. */
export function errorCode(body: unknown): string | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body)
  const error = asObject(outer?.error) ?? outer
  const names = [error?.code, error?.status, error?.type].map(asText)
  const number = typeof error?.code === 'number' ? String(error.code) : ''
  return [...names, number].find(text => /^[\w.-]{1,40}$/.test(text))
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

function readUsage(value: unknown): TokenUsage | undefined {
  const usage = asObject(value)
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage ?? {}
  if (!isCount(inputTokens) || !isCount(outputTokens)) return undefined
  return { inputTokens, outputTokens }
}

/** The database stores 32 bits. */
function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fffffff
}
