import { kept } from '../../storage.js'

/**
 * @typedef {{ topic: string, material: string, questionCount: string, difficulty: import('../api.js').Difficulty,
 *   choices: string }} FormValues
 */

/** @type {FormValues} */
const emptyForm = { topic: '', material: '', questionCount: '5', difficulty: 'medium', choices: '4' }

/**
 * The form as the user left it: neither a reload nor an error loses the typed text. The material may be private: it ends with
 * the tab.
 */
export const savedForm = () => kept('sessionStorage', 'quiz-form', emptyForm)

/**
 * @param {FormValues} values
 * @returns {import('../api.js').QuizRequest}
 */
export function toRequest({ topic, material, questionCount, difficulty, choices }) {
  return {
    topic: topic.trim(),
    ...(material.trim() ? { material } : {}),
    questionCount: Number(questionCount),
    difficulty,
    choices: Number(choices),
  }
}

/** What the server accepts (`QuizInput` in `src/kinds/quizzes/input.ts`). */
export const difficulties = /** @type {const} */ (['easy', 'medium', 'hard'])
export const questionCounts = numbers(1, 20)
export const choiceCounts = numbers(2, 6)
/** In code points. */
export const longest = { topic: 200, material: 20_000 }

/** @param {number} first @param {number} last */
function numbers(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
}
