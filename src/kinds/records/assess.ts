import { neisBytes } from './bytes.ts'
import { boundTo, type Part } from './limits.ts'
import { findMarks, type Mark } from './marks.ts'

export interface Assessment {
  /** As NEIS counts, after NFC. */
  bytes: number
  /** The part's limit, or the smaller target the teacher asked for; null if there is neither. */
  limit: number | null
  /** Bytes beyond the limit; 0 when the text fits, or nothing limits it. */
  overBy: number
  marks: Mark[]
}

/**
 * What a teacher should know about a text before it goes into NEIS. Always computed here: what a client says is ignored.
 *
 * @param part undefined where it was damaged: then only the target is a limit, if there is one
 */
export function assess(text: string, part: Part | undefined, targetBytes: number | undefined): Assessment {
  const bytes = neisBytes(text)
  const limit = part ? boundTo(part, targetBytes) : (targetBytes ?? null)
  return { bytes, limit, overBy: limit === null ? 0 : Math.max(0, bytes - limit), marks: findMarks(text) }
}
