import { neisBytes } from './bytes.ts'
import type { Category } from './category.ts'
import { limitFor } from './limits.ts'
import { findMarks, type Mark } from './marks.ts'

export interface Assessment {
  /** As NEIS counts, after NFC. */
  bytes: number
  /** The category's limit, or the smaller target the teacher asked for; infinite if neither is known. */
  limit: number
  /** Bytes beyond the limit; 0 when the text fits. */
  overBy: number
  marks: Mark[]
}

/**
 * What a teacher should know about a text before it goes into NEIS. Always computed here: what a client says is ignored.
 *
 * @param category undefined where it was damaged: then only the target is a limit, if there is one
 */
export function assess(text: string, category: Category | undefined, targetBytes: number | undefined): Assessment {
  const bytes = neisBytes(text)
  const none = Number.POSITIVE_INFINITY
  const limit = Math.min(targetBytes ?? none, category ? limitFor(category).bytes : none)
  return { bytes, limit, overBy: Math.max(0, bytes - limit), marks: findMarks(text) }
}
