export interface TokenUsage {
  inputTokens: number
  outputTokens: number
}

/** What one event of a streamed chat completion says, whatever the dialect. */
export type Frame =
  | {
      kind: 'chunk'
      content: string
      refusal: string
      /** It holds reasoning: no text, but a sign of life. */
      reasoning: boolean
      finishReason?: string
      usage?: TokenUsage
    }
  | { kind: 'done' }
  /** The upstream reports an error; `code` is its short name for it, if it has one. */
  | { kind: 'error'; code?: string }
  | { kind: 'garbled' }

/** Answers for a frame that says nothing, such as a bare `data:`, or one about another choice. */
const nothing = { kind: 'chunk', content: '', refusal: '', reasoning: false } as const

/**
 * Reads one event. Every field may be missing, null or of another type, whatever the provider's documentation says
 * (`../shared/facts/7-upstream-dialects.md`); finish reasons come in lower case.
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
  const delta = asObject(choice?.delta)
  if (!choice) return { ...nothing, usage }
  return {
    kind: 'chunk',
    content: asText(delta?.content),
    refusal: asText(delta?.refusal),
    reasoning: Boolean(delta?.reasoning || delta?.reasoning_content),
    finishReason: asText(choice.finish_reason).toLowerCase() || undefined,
    usage,
  }
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

/** The database keeps 32 bits. */
function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fffffff
}
