/** A question on its way into a quiz. */
export interface DraftQuestion {
  readonly question: string
  readonly right: string
  /** All different, and different from the right one. */
  readonly wrong: readonly string[]
  readonly explanation: string
}

/** What two questions have in common that ask the same: the words, without blanks, stops and the demo's own notice. */
export function questionKey(question: string): string {
  return question
    .replace(/^\[[^\]]{0,40}\]/, '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_]/gu, '')
    .toLowerCase()
}
