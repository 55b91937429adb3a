import { type TextBound, thinkingTokens } from '../../ai/text-bound.ts'
import { neisBytes } from './bytes.ts'
import type { Category } from './category.ts'
import { limitFor } from './limits.ts'

/** A text this many times longer than its limit is not a version of a record any more, but a model that does not stop. */
const tolerance = 4

/** How long a version may become: 4 times the smaller of its target and the limit of its category, in NEIS bytes. */
export function recordBound({ category, targetBytes }: { category: Category; targetBytes?: number }): TextBound {
  const limit = limitFor(category).bytes
  const bytes = tolerance * Math.min(targetBytes ?? limit, limit)
  // No token is shorter than a byte.
  return { limit: bytes, size: neisBytes, maxOutputTokens: bytes + thinkingTokens }
}
