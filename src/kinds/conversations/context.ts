import { tokensPerMessage } from '../../ai/tokens.ts'

interface Turn {
  readonly user: string
  readonly assistant: string
}

/**
 * The newest turns that fit into the budget together, oldest first. A turn comes whole or not at all, and no turn before one
 * that was left out comes. Counts the tokens of one turn more than fit, at most.
 */
export function withinBudget<T extends Turn>(
  turns: readonly T[],
  budgetTokens: number,
  countTokens: (text: string) => number,
): T[] {
  let left = budgetTokens
  let start = turns.length
  for (const { user, assistant } of turns.toReversed()) {
    left -= countTokens(user) + countTokens(assistant) + 2 * tokensPerMessage
    if (left < 0) break
    start -= 1
  }
  return turns.slice(start)
}
