import type { Found } from './finding.ts'
import { type FoldedText, foldText, isDigit, isLatin } from './folded.ts'
import { numbersOf, spelledNumbers } from './numbers.ts'
import type { Work } from './place.ts'
import { sentencesOf } from './sentences.ts'
import { isRare, keyOf, stemsOf } from './stems.ts'

/** A sentence of the text, and the sentences of the observations that it leans on; all by UTF-16 indexes of what was given. */
export interface GroundedSentence {
  start: number
  end: number
  leansOn: { start: number; end: number }[]
}

/** The most sentences that a check lists: the first ones. */
export const maxSentences = 300
/** The most places that one sentence leans on: those with most in common. */
export const maxPlaces = 3
/** Of one stem, so many places in the observations are looked at. */
const placesOfStem = 8

/**
 * What of a text the teacher's notes do not say: numbers, quoted titles and Latin words that occur neither in the observations nor in the
 * keywords, and sentences that lean on nothing.
 *
 * A sentence leans on the observations if it shares two content stems with them, or one rare one (see `stems.ts`). Then it leans on
 * those sentences of the observations that have most of these stems. It is no proof, either way: the teacher looks.
 */
export function findGround(
  text: FoldedText,
  { observations, keywords }: { observations: string; keywords: readonly string[] },
  work: Work,
): { found: Found[]; sentences: GroundedSentence[] } {
  const notes = foldText(observations)
  const known = `${notes.folded}\n${keywords.map(keyword => foldText(keyword).folded).join('\n')}`
  work.steps += text.folded.length + known.length
  const found: Found[] = [
    ...unknownNumbers(text.folded, known),
    ...unknownTitles(text.folded, known, work),
    ...unknownWords(text.folded, known),
  ]
  const places = placesOfStems(notes.folded, work)
  const keywordStems = new Set(
    stemsOf(known, notes.folded.length + 1, known.length, work).map(({ stem }) => keyOf(stem)),
  )
  const sentences: GroundedSentence[] = []
  for (const { start, end } of sentencesOf(text.folded).slice(0, maxSentences)) {
    const stems = stemsOf(text.folded, start, end, work)
    const { leans, on } = leaning(stems, places, keywordStems, work)
    if (!leans && stems.length > 0) found.push({ rule: 'no-ground', strength: 'check', start, end })
    sentences.push({
      start: text.originalIndex(start),
      end: text.originalIndex(end),
      leansOn: on.map(place => ({ start: notes.originalIndex(place.start), end: notes.originalIndex(place.end) })),
    })
  }
  return { found, sentences }
}

interface NotedPlace {
  readonly start: number
  readonly end: number
}

/** Where each stem is noted: the sentences or lines of the observations. */
function placesOfStems(folded: string, work: Work): Map<string, NotedPlace[]> {
  const places = new Map<string, NotedPlace[]>()
  for (const sentence of sentencesOf(folded)) {
    for (const { stem } of stemsOf(folded, sentence.start, sentence.end, work)) {
      const key = keyOf(stem)
      const those = places.get(key) ?? []
      if (those.length < placesOfStem && those.at(-1) !== sentence) those.push(sentence)
      places.set(key, those)
    }
  }
  return places
}

function leaning(
  stems: readonly { stem: string }[],
  places: ReadonlyMap<string, readonly NotedPlace[]>,
  keywords: ReadonlySet<string>,
  work: Work,
): { leans: boolean; on: NotedPlace[] } {
  const shared = new Map<NotedPlace, number>()
  const keys = new Set<string>()
  let rare = false
  for (const { stem } of stems) {
    const key = keyOf(stem)
    const noted = places.get(key)
    if ((!noted && !keywords.has(key)) || keys.has(key)) continue
    keys.add(key)
    rare ||= isRare(stem)
    for (const place of noted ?? []) {
      shared.set(place, (shared.get(place) ?? 0) + 1)
      work.steps++
    }
  }
  const leans = rare || keys.size >= 2
  if (!leans) return { leans, on: [] }
  const most = [...shared].sort(([a, first], [b, second]) => second - first || a.start - b.start).slice(0, maxPlaces)
  return { leans, on: most.map(([place]) => place).sort((a, b) => a.start - b.start) }
}

function unknownNumbers(folded: string, known: string): Found[] {
  const noted = new Set([...numbersOf(known), ...spelledNumbers(known)].map(({ value }) => value))
  return [...numbersOf(folded), ...spelledNumbers(folded).filter(({ counts }) => counts)].flatMap(
    ({ value, start, end }) =>
      noted.has(value) ? [] : [{ rule: 'number' as const, strength: 'check' as const, start, end }],
  )
}

/** The longest title that is looked up, and how many are: each is searched for in all notes. */
const longestTitle = 80
const mostTitles = 100

function unknownTitles(folded: string, known: string, work: Work): Found[] {
  const noted = bare(known)
  const found: Found[] = []
  let lookedUp = 0
  for (const mark of ['"', "'"]) {
    let open = folded.indexOf(mark)
    while (open >= 0) {
      const close = folded.indexOf(mark, open + 1)
      if (close < 0 || lookedUp === mostTitles) break
      lookedUp++
      work.steps += noted.length
      const title = bare(folded.slice(open + 1, close))
      if (title !== '' && close - open <= longestTitle && !noted.includes(title))
        found.push({ rule: 'title', strength: 'check', start: open, end: close + 1 })
      open = folded.indexOf(mark, close + 1)
    }
  }
  return found
}

/** Letters and digits alone: blanks and marks make no other title. */
function bare(text: string): string {
  return text.replace(/[^0-9a-z가-힣\u3000-\u9fff]/g, '')
}

function unknownWords(folded: string, known: string): Found[] {
  const noted = new Set(latinWords(known).map(({ word }) => word))
  return latinWords(folded).flatMap(({ word, start, end }) =>
    noted.has(word) ? [] : [{ rule: 'foreign-word' as const, strength: 'check' as const, start, end }],
  )
}

function latinWords(folded: string): { word: string; start: number; end: number }[] {
  const words: { word: string; start: number; end: number }[] = []
  for (let start = 0; start < folded.length; start++) {
    if (!isLatin(folded.charCodeAt(start))) continue
    let end = start + 1
    while (end < folded.length && (isLatin(folded.charCodeAt(end)) || isDigit(folded.charCodeAt(end)))) end++
    if (end - start > 1) words.push({ word: folded.slice(start, end), start, end })
    start = end
  }
  return words
}
