import type { Part } from '../../limits.ts'
import type { Strength } from '../finding.ts'
import type { Place } from '../place.ts'
import type { RuleId } from '../rules.ts'
import { wordsOf } from '../words-of.ts'

/** What a rule says of a word in its place: nothing, or how strong it is and, if it is more than the word, from where to where. */
export type Verdict = { readonly strength: Strength; readonly start?: number; readonly end?: number } | undefined

/** Words that the guide forbids, or that lead to what it forbids. */
export interface Ban {
  readonly rule: RuleId
  /** Lower case; a blank may be missing in the text. */
  readonly words: readonly string[]
  /** Also inside a word: `대회` in `토론대회`. */
  readonly inside?: boolean
  /** Also where the word goes on: `토익` in `토익스피킹`. */
  readonly open?: boolean
  /** Only where the text has this case: `Zoom` is a brand, `zoom` a verb. */
  readonly spelling?: readonly string[]
  /** Asks what stands around the word; without it, the word is forbidden. */
  readonly judge?: (place: Place, part: Part) => Verdict
  /** What may stand in its place. */
  readonly replacement?: string
}

export const forbidden: Verdict = { strength: 'forbidden' }
export const check: Verdict = { strength: 'check' }

/** Whether the part describes learning in a subject: 과목별 and 개인별 세부능력 및 특기사항. */
export function isSubjectPart({ category }: Part): boolean {
  return category === 'subject' || category === 'individual'
}

/** With the beginning of the word that the found one is the end of: `과학탐구대회`. */
export function withStem(place: Place, strength: Strength): Verdict {
  return { strength, start: place.start - place.stem().length }
}

/** Verbs of reading: who reads a paper has not written it. */
export const reading = wordsOf('읽|참고|찾아|찾은|인용|검색|요약|살펴|살피|탐독|접하|접한|근거로|비교|분석하')

/** What is spoken of as a subject of study, and not as something that the student did. */
export const studied = [
  '제도',
  '역사',
  '의 역사',
  '의 유래',
  '의 의의',
  '의 기원',
  '의 변천',
  '의 역할',
  '의 문제점',
  '법 ',
]
