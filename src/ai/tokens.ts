import type { ChatMessage, TextLength } from './completion.ts'
import type { TokenUsage } from './frame.ts'

/** What the chat format adds to each message, and once to the answer (OpenAI cookbook, "How to count tokens"). */
export const tokensPerMessage = 3

/**
 * The tokenizer takes quadratic time for a run without spaces: a model that writes the same character for ever would
 * hold the process for minutes. So the tokenizer gets pieces, cut before a space where there is one (which costs nothing: a token
 * begins with its space), and only the beginning of a very long text, as a sample.
 */
const pieces = /.{1,500}(?=\s|$)|.{1,500}/gs
const maxCountedChars = 100_000

/**
 * Counts the tokens of a text with OpenAI's o200k_base: exact for its models, near enough for others. Quick for a text
 * of any kind; of one longer than 100,000 characters it is an estimate.
 */
export async function tokenCounter(): Promise<(text: string) => number> {
  // Loaded at the first use: its tables take megabytes that a server whose provider reports usage never needs.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  return text => {
    const sample = text.slice(0, maxCountedChars)
    let tokens = 0
    for (const [piece] of sample.matchAll(pieces)) tokens += countTokens(piece, { allowedSpecial: 'all' })
    return sample.length < text.length ? Math.round((tokens * text.length) / sample.length) : tokens
  }
}

/**
 * Estimates usage for a provider that reported none, or for an answer that was cut; the result says that it is estimated.
 *
 * @param unseen what else the model wrote, which is paid for like the text
 */
export async function estimateUsage(
  messages: readonly ChatMessage[],
  text: string,
  unseen: readonly TextLength[] = [],
): Promise<TokenUsage & { estimated: true }> {
  const count = await tokenCounter()
  const inputTokens = messages.reduce((sum, { content }) => sum + count(content) + tokensPerMessage, tokensPerMessage)
  const outputTokens = unseen.reduce((sum, { length, beginning }) => {
    return sum + Math.round((count(beginning) * length) / Math.max(beginning.length, 1))
  }, count(text))
  return { inputTokens, outputTokens, estimated: true }
}
