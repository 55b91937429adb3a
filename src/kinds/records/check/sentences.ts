import { isHangul } from './folded.ts'

/** A sentence: `end` is after its last letter and stop, without the blanks that follow. */
export interface Sentence {
  readonly start: number
  readonly end: number
}

const stops = '.!?。．'
const closing = `"')`

/**
 * The sentences of a folded text. A stop ends one when a blank or the end of the text follows, and only a single one: `3.5`
 * and `...` end none. Line breaks are blanks. The work is linear.
 */
export function sentencesOf(folded: string): Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  for (let index = 0; index < folded.length; index++) {
    const unit = folded.charCodeAt(index)
    if (isHangul(unit)) continue
    if (unit === 0x20 && index === start) start++
    if (!endsSentence(folded, index)) continue
    let end = index + 1
    while (end < folded.length && closing.includes(folded.charAt(end))) end++
    if (end > start) sentences.push({ start, end })
    start = end
    index = end - 1
  }
  const end = folded.trimEnd().length
  if (end > start) sentences.push({ start, end })
  return sentences
}

function endsSentence(folded: string, index: number): boolean {
  if (!stops.includes(folded.charAt(index))) return false
  if (folded.charAt(index - 1) === '.') return false
  let next = index + 1
  // At most two marks may close a sentence behind its stop.
  while (next < index + 3 && next < folded.length && closing.includes(folded.charAt(next))) next++
  return next >= folded.length || folded.charAt(next) === ' '
}
