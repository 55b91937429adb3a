/** What a `delta` or a `message` of a chat completion says, whatever the dialect. */
export interface Said {
  content: string
  refusal: string
  /** The message holds reasoning: not text, but a sign of life. */
  reasoning: boolean
  /** The reasoning that can be read; only its length is used. */
  thoughts: string
  /** The types of the parts that are not text, such as `reference` (Mistral) or `image_url`. */
  leftOut?: readonly string[]
}

/** `thinking`, `redacted_thinking`, `reasoning`, `reasoning.text`. */
const reasoningType = /think|reason/i

const nothing: Said = { content: '', refusal: '', reasoning: false, thoughts: '' }

/** Reads one message. `content` is a string, or a list of parts with a `type` each (Mistral, Anthropic-like gateways). */
export function readSaid(message: Record<string, unknown> | undefined): Said {
  if (!message) return nothing
  const { content, refusal } = message
  const reasoning = reasoningOf(message)
  const said = {
    content: typeof content === 'string' ? content : '',
    refusal: typeof refusal === 'string' ? refusal : '',
    reasoning: reasoning !== undefined,
    thoughts: reasoning === undefined ? '' : thoughtsIn(reasoning),
  }
  return typeof content === 'object' && content !== null ? readParts(content, said) : said
}

/**
 * Servers send reasoning under several names; those that use two say the same in both. Checked one by one, since each token
 * asks.
 */
function reasoningOf(message: Record<string, unknown>): unknown {
  const said = message.reasoning_content || message.reasoning || message.reasoning_text || message.thinking
  if (said) return said
  const { reasoning_details: details, thinking_blocks: blocks } = message
  const listed = details ?? blocks
  return Array.isArray(listed) && listed.length > 0 ? listed : undefined
}

function readParts(content: object, said: Said): Said {
  const leftOut = new Set<string>()
  for (const part of Array.isArray(content) ? content : [content]) {
    if (typeof part === 'string') said.content += part
    if (typeof part !== 'object' || part === null) continue
    const { type, text } = part as Record<string, unknown>
    if (type === undefined || type === 'text' || type === 'output_text') {
      if (typeof text === 'string') said.content += text
    } else if (type === 'refusal') {
      if (typeof part.refusal === 'string') said.refusal += part.refusal
    } else if (typeof type === 'string' && reasoningType.test(type)) {
      said.reasoning = true
      said.thoughts += thoughtsIn(part)
    } else if (leftOut.size < maxTypes) leftOut.add(typeName(type))
  }
  return leftOut.size > 0 ? { ...said, leftOut: Array.from(leftOut) } : said
}

/** At most this many different types are named. */
export const maxTypes = 10

/** The name of the type, never the content of the part. */
function typeName(type: unknown): string {
  return typeof type === 'string' && /^[\w.-]{1,40}$/.test(type) ? type : 'unnamed'
}

/** The strings in reasoning of any shape: a string, parts, a part whose `thinking` or `summary` has parts. */
function thoughtsIn(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || depth > 4) return ''
  if (Array.isArray(value)) return value.map(one => thoughtsIn(one, depth + 1)).join('')
  const { thinking, reasoning, text, summary } = value as Record<string, unknown>
  return thoughtsIn(thinking ?? reasoning ?? text ?? summary, depth + 1)
}
