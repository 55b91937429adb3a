import { kept } from '../storage.js'

/** @typedef {import('./api.js').QuizHead} QuizHead */

/**
 * What was asked of a task that has no quiz yet: the task itself does not say. Holds no material, so it may stay for
 * other tabs. The 50 newest are kept.
 *
 * @param {string} taskId
 * @returns {QuizHead | undefined}
 */
export function requestOf(taskId) {
  return requests().read()[taskId]
}

/** @param {string} taskId @param {QuizHead} head */
export function rememberRequest(taskId, { topic, difficulty, questionCount }) {
  const all = Object.entries({ ...requests().read(), [taskId]: { topic, difficulty, questionCount } })
  // Task ids are in the order of their time.
  all.sort(([a], [b]) => (a < b ? 1 : -1))
  requests().write(Object.fromEntries(all.slice(0, 50)))
}

/** @param {string} taskId */
export function forgetRequest(taskId) {
  const { [taskId]: _, ...others } = requests().read()
  requests().write(others)
}

const requests = () => kept('localStorage', 'quizzes', /** @type {Record<string, QuizHead>} */ ({}))
