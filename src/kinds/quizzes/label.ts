import type { QuizInput } from './input.ts'

/** The name of a quiz in lists. */
export function quizLabel({ topic }: Pick<QuizInput, 'topic'>): string {
  return topic
}
