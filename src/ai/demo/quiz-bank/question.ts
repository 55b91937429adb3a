/** A question whose answer is certain: nothing that changes, nothing that is disputed. */
export interface BankQuestion {
  readonly level: 'easy' | 'medium' | 'hard'
  readonly question: string
  /** The right one first, then five that are wrong. */
  readonly choices: readonly [string, string, string, string, string, string]
  readonly explanation: string
}

/** A line of a bank. */
export function line(
  level: BankQuestion['level'],
  question: string,
  choices: BankQuestion['choices'],
  explanation: string,
): BankQuestion {
  return { level, question, choices, explanation }
}
