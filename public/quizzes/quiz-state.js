import { isUnfinished } from '../task/use-task-list.js'

/**
 * The state of a quiz for its owner: its task's state while it runs, or if there is nothing to take; else the quiz's own.
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
