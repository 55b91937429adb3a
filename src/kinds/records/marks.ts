import { type MarkReason, messages } from './mark-reasons.ts'
import { markRules } from './mark-rules.ts'

/** Flags a passage that a record may not or should not contain. Shown to the teacher, who decides; nothing is removed. */
export interface Mark {
  /** UTF-16 indexes into the given text, `end` exclusive: `text.slice(start, end)` is the passage. */
  readonly start: number
  readonly end: number
  readonly text: string
  readonly reason: MarkReason
  readonly message: { readonly ko: string; readonly en: string }
}

/**
 * The passages of a text that break a rule of `markRules`, in the order of the text and without overlap.
 *
 * Where two rules meet, the passage that starts first wins, then the longer one, then the rule higher in the table.
 * Decomposed Hangul is found too, and its indexes are those of the given text. The work is linear in the length of
 * the text: no rule repeats without a bound (see `markRules`).
 */
export function findMarks(text: string): Mark[] {
  const { composed, originalIndex } = compose(text)
  const found = markRules.flatMap(({ reason, pattern }) =>
    Array.from(composed.matchAll(pattern), match => ({
      reason,
      start: match.index,
      end: match.index + match[0].length,
    })),
  )
  // Sorting is stable: equal passages keep the order of the table.
  found.sort((a, b) => a.start - b.start || b.end - a.end)

  const marks: Mark[] = []
  let covered = 0
  for (const { reason, start, end } of found) {
    if (start < covered) continue
    covered = end
    const from = originalIndex(start)
    const to = originalIndex(end)
    marks.push({ start: from, end: to, text: text.slice(from, to), reason, message: messages[reason] })
  }
  return marks
}

/** The text in NFC, and the way back from its indexes to those of the text. */
function compose(text: string): { composed: string; originalIndex: (index: number) => number } {
  if (text.normalize('NFC') === text) return { composed: text, originalIndex: index => index }
  let composed = ''
  const origins: number[] = []
  for (const { segment, index } of new Intl.Segmenter('ko', { granularity: 'grapheme' }).segment(text)) {
    const normal = segment.normalize('NFC')
    for (let unit = 0; unit < normal.length; unit++) origins.push(index)
    composed += normal
  }
  origins.push(text.length)
  return { composed, originalIndex: index => origins[index] ?? text.length }
}
