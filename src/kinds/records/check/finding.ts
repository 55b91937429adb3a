import type { Names } from '../category.ts'
import type { FindingKind, RuleId } from './rules.ts'

/** `forbidden`: the guide forbids it. `check`: it may be; the teacher looks. */
export const strengths = ['forbidden', 'check'] as const
export type Strength = (typeof strengths)[number]

/** A passage to look at. Nothing is removed: the teacher decides. */
export interface Finding {
  readonly rule: RuleId
  readonly kind: FindingKind
  readonly strength: Strength
  /** UTF-16 indexes into the text as given, `end` exclusive: `text.slice(start, end)` is the passage. */
  readonly start: number
  readonly end: number
  readonly text: string
  readonly source: string
  readonly page: number | null
  readonly message: Names
  /** What may stand in place of the passage: this finding is gone then, and no other comes. */
  readonly replacement?: string
}

/** A passage by its place in the composed text. */
export interface Found {
  readonly rule: RuleId
  readonly strength: Strength
  readonly start: number
  readonly end: number
  readonly replacement?: string
}

/** The most findings of one kind and strength that a check gives: the first ones. No text that could be a record has as many. */
export const maxFindings = 200
