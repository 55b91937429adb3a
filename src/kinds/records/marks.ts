import type { Names } from './category.ts'
import type { Finding } from './check/finding.ts'

/** A finding as clients of before know it. Stays until the next version. */
export interface Mark {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly reason: string
  readonly message: Names
}

/** Bans, and the subject "the student"; without overlap, in the order of the text. */
export function marksOf(findings: readonly Finding[]): Mark[] {
  let covered = 0
  return findings.flatMap(({ rule, kind, start, end, text, message }) => {
    if ((kind !== 'ban' && rule !== 'student-name-subject') || start < covered) return []
    covered = end
    return [{ start, end, text, reason: rule, message }]
  })
}
