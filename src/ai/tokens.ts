import type { ChatMessage } from './completion.ts'
import type { TokenUsage } from './frame.ts'

/** What the chat format adds to each message, and once to the answer (OpenAI cookbook, "How to count tokens"). */
const tokensPerMessage = 3

/**
 * Usage for a provider that told none, or an answer that was cut. Counted with OpenAI's o200k_base: exact for its
 * models, near enough for others; the caller marks it as estimated.
 */
export async function estimateUsage(
  messages: readonly ChatMessage[],
  text: string,
): Promise<TokenUsage & { estimated: true }> {
  // Loaded at the first use: its tables take megabytes that a server whose provider tells usage never needs.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  const count = (content: string) => countTokens(content, { allowedSpecial: 'all' })
  const inputTokens = messages.reduce((sum, { content }) => sum + count(content) + tokensPerMessage, tokensPerMessage)
  return { inputTokens, outputTokens: count(text), estimated: true }
}
