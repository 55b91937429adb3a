import { mainText, type Prompt } from './prompt.ts'

/** What the demo model reads from a prompt for the review of a diary. */
export interface ReviewRequest {
  readonly persona: 'thinking' | 'feeling'
  readonly diary: string
}

/** Reads a prompt as a request to review a diary; undefined when it is none. The longest block is the diary. */
export function readReviewRequest(prompt: Prompt): ReviewRequest | undefined {
  const { rules } = prompt
  if (!/일기|회고/.test(rules)) return undefined
  const thinking = rules.search(/현실적인 조언|현실적 조언|사고형|THINKING/)
  const feeling = rules.search(/공감|감정형|FEELING/)
  if (thinking < 0 && feeling < 0) return undefined
  // A prompt may state what a persona is not, but not before what it is.
  const persona = feeling < 0 || (thinking >= 0 && thinking < feeling) ? 'thinking' : 'feeling'
  return { persona, diary: mainText(prompt) }
}
