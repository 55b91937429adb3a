import type { QuizInput } from './input.ts'

/** What a quiz is known by. */
export function quizLabel({ topic }: Pick<QuizInput, 'topic'>): string {
  return topic
}
