import { neisBytes } from './bytes.ts'
import type { Category } from './category.ts'
import { limitFor } from './limits.ts'
import { findMarks, type Mark } from './marks.ts'

export interface Assessment {
  /** As NEIS counts, after NFC. */
  bytes: number
  /** The category's limit, or the smaller target the teacher asked for. */
  limit: number
  /** How many bytes beyond the limit; 0 when it fits. */
  overBy: number
  marks: Mark[]
}

/** What a teacher should know of a text before it goes into NEIS. Only ever computed here: what a client says is ignored. */
export function assess(text: string, category: Category, targetBytes: number | undefined): Assessment {
  const bytes = neisBytes(text)
  const limit = Math.min(targetBytes ?? Number.POSITIVE_INFINITY, limitFor(category).bytes)
  return { bytes, limit, overBy: Math.max(0, bytes - limit), marks: findMarks(text) }
}
