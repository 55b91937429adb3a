import { isDigit, isHangul, isLatin } from './folded.ts'
import { isParticle, restOfWord } from './particles.ts'
import type { Sentence } from './sentences.ts'

/** Counts what the search looks at, so that a test can show that it is linear. */
export interface Work {
  steps: number
}

/**
 * A word that was found, and what stands around it: never beyond its sentence, and never further than asked for. Each
 * question costs at most its reach times the number of words it looks for.
 */
export class Place {
  readonly folded: string
  readonly start: number
  readonly end: number
  readonly sentence: Sentence
  readonly #work: Work

  constructor(folded: string, start: number, end: number, sentence: Sentence, work: Work) {
    this.folded = folded
    this.start = start
    this.end = end
    this.sentence = sentence
    this.#work = work
  }

  get word(): string {
    return this.folded.slice(this.start, this.end)
  }

  /** What follows, up to the end of the sentence. */
  after(reach: number): string {
    return this.#look(this.end, Math.min(this.end + reach, this.sentence.end))
  }

  before(reach: number): string {
    return this.#look(Math.max(this.start - reach, this.sentence.start), this.start)
  }

  #look(start: number, end: number): string {
    this.#work.steps += Math.max(end - start, 0)
    return this.folded.slice(start, end)
  }

  /** Where the first of these words is in what follows, counted from the end of this word; -1 where none is. */
  next(words: readonly string[], reach: number): number {
    return first(words, this.after(reach), this.#work)
  }

  followedBy(words: readonly string[], reach: number): boolean {
    return this.next(words, reach) >= 0
  }

  precededBy(words: readonly string[], reach: number): boolean {
    return first(words, this.before(reach), this.#work) >= 0
  }

  /** Whether one of the words follows, before any of the others does. */
  followedFirst(words: readonly string[], others: readonly string[], reach: number): boolean {
    const wanted = this.next(words, reach)
    if (wanted < 0) return false
    const other = this.next(others, reach)
    return other < 0 || wanted <= other
  }

  /** Whether what follows within the word, or after one blank, begins with one of these. */
  goesOn(words: readonly string[]): boolean {
    const rest = this.after(12)
    this.#work.steps += words.length
    return words.some(word => rest.startsWith(word) || rest.startsWith(` ${word}`))
  }

  /** The Hangul that stands directly before, at most so much of it. */
  stem(reach = 12): string {
    let start = this.start
    while (start > this.start - reach && isHangul(this.folded.charCodeAt(start - 1))) start--
    this.#work.steps += this.start - start
    return this.folded.slice(start, this.start)
  }

  get startsWord(): boolean {
    const before = this.folded.charCodeAt(this.start - 1)
    return isLatin(this.folded.charCodeAt(this.start)) ? !isLatin(before) : !isHangul(before)
  }

  /** Whether a noun ends here: nothing follows within its word, or a particle does. */
  get endsNoun(): boolean {
    const last = this.folded.charCodeAt(this.end - 1)
    if (isLatin(last) && isLatin(this.folded.charCodeAt(this.end))) return false
    if (isDigit(last) && isDigit(this.folded.charCodeAt(this.end))) return false
    const rest = this.rest
    return rest === '' || isParticle(rest)
  }

  /** The Hangul that follows within the word. */
  get rest(): string {
    const rest = restOfWord(this.folded, this.end)
    this.#work.steps += rest.length + 1
    return rest
  }
}

function first(words: readonly string[], text: string, work: Work): number {
  work.steps += text.length * words.length
  let least = -1
  for (const word of words) {
    const index = text.indexOf(word)
    if (index >= 0 && (least < 0 || index < least)) least = index
  }
  return least
}
