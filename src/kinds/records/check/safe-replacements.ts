import type { Found } from './finding.ts'
import type { FoldedText } from './folded.ts'
import type { Work } from './place.ts'
import { type Sentence, sentencesOf } from './sentences.ts'

/** Longer surroundings than these are none of a record: what stands in them gets no replacement. */
const maxSurroundings = 600
/** So many replacements are tried; a text with more faults is edited by hand. */
const maxTried = 60

/**
 * The same findings, with only those replacements that mend: when one is applied, its finding is gone and no other has come. Each is
 * tried on the sentence around it and its neighbours, beyond which no rule looks.
 */
export function withSafeReplacements(
  { composed, folded }: FoldedText,
  found: readonly Found[],
  check: (composed: string) => Found[],
  work: Work,
): Found[] {
  const sentences = sentencesOf(folded)
  let index = 0
  let tried = 0
  return [...found]
    .sort((a, b) => a.start - b.start)
    .map(one => {
      const { replacement, ...without } = one
      if (replacement === undefined) return one
      while ((sentences[index]?.end ?? Number.POSITIVE_INFINITY) < one.start) index++
      const { start, end } = surroundings(sentences, index, one, composed.length)
      if (end - start > maxSurroundings || tried === maxTried) return without
      tried++
      work.steps += end - start
      const before = composed.slice(start, end)
      const after = composed.slice(start, one.start) + replacement + composed.slice(one.end, end)
      return mends(check(before), check(after), one, start) ? one : without
    })
}

function surroundings(sentences: readonly Sentence[], index: number, { start, end }: Found, length: number): Sentence {
  const next = sentences[index + 2]
  return {
    start: Math.min(start, sentences[index - 1]?.start ?? 0),
    end: Math.max(end, next ? next.start : length),
  }
}

/** Whether what is found afterwards was found before, without the one that was mended, and no more often. */
function mends(before: readonly Found[], after: readonly Found[], mended: Found, offset: number): boolean {
  const shift = (mended.replacement ?? '').length - (mended.end - mended.start)
  const key = (rule: string, start: number, end: number) => `${rule} ${start} ${end}`
  const kept = new Set<string>()
  for (const { rule, start, end } of before) {
    const from = start + offset
    const to = end + offset
    if (rule === mended.rule && from === mended.start && to === mended.end) continue
    // What overlaps the passage may change with it; what stands behind it moves.
    const moves = (place: number) => (place >= mended.end ? place + shift : place)
    kept.add(key(rule, moves(from), moves(to)))
    if (from < mended.end && to > mended.start) kept.add(rule)
  }
  return after.every(({ rule, start, end }) => {
    const [from, to] = [start + offset, end + offset]
    const touches = from < mended.end + shift && to > mended.start
    return kept.has(key(rule, from, to)) || (touches && rule !== mended.rule && kept.has(rule))
  })
}
