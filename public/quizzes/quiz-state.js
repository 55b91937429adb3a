import { isUnfinished } from '../task/use-task-list.js'

/**
 * How a quiz is, for who made it: what its task says while it runs, or if there is nothing to take; else what there is.
 *
 * @param {import('./api.js').QuizItem} quiz
 * @returns {'making' | 'failed' | 'cancelled' | 'taken' | 'completed' | 'incomplete'}
 */
export function quizState(quiz) {
  const { status, questions, questionCount, attempts } = quiz
  if (isUnfinished(quiz)) return 'making'
  if (questions === 0) return status === 'cancelled' ? 'cancelled' : 'failed'
  if (attempts > 0) return 'taken'
  return questions === questionCount ? 'completed' : 'incomplete'
}
