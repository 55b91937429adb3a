import type { Part } from '../limits.ts'
import { bans } from './bans/all.ts'
import type { Ban } from './bans/ban.ts'
import type { Found } from './finding.ts'
import { Lexicon } from './lexicon.ts'
import { agreeing } from './particles.ts'
import { Place, type Work } from './place.ts'
import type { Sentence } from './sentences.ts'

let built: Lexicon | undefined
/** Made once, when the first text is checked. */
function lexicon(): Lexicon {
  built ??= new Lexicon(bans.map(({ words }) => words))
  return built
}

/**
 * The banned passages of a text, in its order and without overlap. Where two meet, a forbidden one wins over one to check, then
 * the one that starts first, then the longer one, then the ban higher in the table.
 *
 * @param composed the text in NFC, and `folded` as the rules read it
 */
export function findBans(
  { composed, folded, sentences }: { composed: string; folded: string; sentences: readonly Sentence[] },
  part: Part,
  work: Work,
): Found[] {
  const found: (Found & { rank: number })[] = []
  const words = lexicon()
  for (const sentence of sentences) {
    let start = sentence.start
    const onWord = (entry: number, end: number) => {
      const ban = bans[entry]
      if (ban === undefined || end > sentence.end) return
      const passage = judged(ban, new Place(folded, start, end, sentence, work), composed, part)
      if (passage) found.push({ ...passage, rank: entry })
    }
    for (; start < sentence.end; start++) {
      // Not `work.steps += ...`: the callback counts, too.
      const steps = words.at(folded, start, onWord)
      work.steps += steps
    }
  }
  return withoutOverlap(found)
}

function judged(ban: Ban, place: Place, composed: string, part: Part): Found | undefined {
  if (!ban.inside && !place.startsWord) return undefined
  if (!ban.open && !place.endsNoun) return undefined
  if (ban.spelling && !ban.spelling.includes(composed.slice(place.start, place.end))) return undefined
  const verdict = ban.judge ? ban.judge(place, part) : ({ strength: 'forbidden' } as const)
  if (!verdict) return undefined
  const { strength, start = place.start, end = place.end } = verdict
  return { rule: ban.rule, strength, start, end, ...replaced(ban, place) }
}

/** The replacement, and the particle after the word with it where it would not agree any more. */
function replaced({ replacement }: Ban, place: Place): { replacement?: string; end?: number } {
  if (replacement === undefined) return {}
  const particle = place.rest
  const agreed = agreeing(particle, replacement)
  return agreed === particle ? { replacement } : { replacement: replacement + agreed, end: place.end + particle.length }
}

function withoutOverlap(found: (Found & { rank: number })[]): Found[] {
  const strong = ({ strength }: Found) => (strength === 'forbidden' ? 0 : 1)
  found.sort((a, b) => strong(a) - strong(b) || a.start - b.start || b.end - a.end || a.rank - b.rank)
  const kept: Found[] = []
  // Each strength is in the order of the text: what overlaps is next to it.
  for (const strength of ['forbidden', 'check']) {
    const before = [...kept].sort((a, b) => a.start - b.start)
    let index = 0
    let covered = 0
    for (const { rank, ...passage } of found.filter(one => one.strength === strength)) {
      while ((before[index]?.end ?? Number.POSITIVE_INFINITY) <= passage.start) index++
      const next = before[index]
      if (passage.start < covered || (next && next.start < passage.end)) continue
      covered = passage.end
      kept.push(passage)
    }
  }
  return kept.sort((a, b) => a.start - b.start)
}
