import { type TextBound, thinkingTokens } from '../../ai/text-bound.ts'
import { neisBytes } from './bytes.ts'
import { boundTo, type Part } from './limits.ts'

/** What a version aims for where the guide has no limit and the teacher gave no target. */
export const usualBytes = 1500

/** A text this many times longer than its limit is not a version of a record any more, but a model that does not stop. */
const tolerance = 4

/** How long a version may become: 4 times the smaller of its target and the limit of its part, in NEIS bytes. */
export function recordBound({ targetBytes, ...part }: Part & { targetBytes?: number }): TextBound {
  const bytes = tolerance * (boundTo(part, targetBytes) ?? usualBytes)
  // No token is shorter than a byte.
  return { limit: bytes, size: neisBytes, maxOutputTokens: bytes + thinkingTokens }
}
