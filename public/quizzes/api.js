import { pageQuery } from '../api.js'

/**
 * @typedef {'easy' | 'medium' | 'hard'} Difficulty
 * @typedef {{ topic: string, material?: string, questionCount: number, difficulty: Difficulty, choices: number }} QuizRequest
 *
 * @typedef {{ topic: string, difficulty: Difficulty | null, questionCount: number | null }} QuizHead `questionCount`: as many
 *   were asked for; damaged, the topic is empty and the rest null
 * @typedef {QuizHead & { id: string, status: import('../api.js').TaskStatus,
 *   error?: import('../api.js').Fault, createdAt: string, damaged?: true }} QuizOfTask the id is that of its task
 * @typedef {{ index: number, question: string, choices: string[], answer?: number, explanation?: string }} Question with
 *   the index of the right choice, and why, once the quiz was taken
 * @typedef {(number | null)[]} Answers the index of a choice for each question, null where none was chosen
 * @typedef {{ id: string, score: number, total: number, answers: Answers, createdAt: string }} Attempt
 * @typedef {QuizOfTask & { questions: Question[], attempts: Attempt[] }} Quiz attempts oldest first
 * @typedef {QuizOfTask & { questions: number, attempts: number, bestScore: number | null }} QuizItem
 * @typedef {{ id: string, score: number, total: number, createdAt: string,
 *   results: { index: number, correct: boolean, answer: number, explanation: string }[] }} Marked
 *
 * @typedef {ReturnType<typeof quizzesApi>} QuizzesApi
 */

/** @param {import('../api.js').Call} call @param {import('../submit.js').Submit} submit */
export function quizzesApi(call, submit) {
  return {
    /** @param {QuizRequest} body @returns {Promise<{ taskId: string }>} */
    create: body => submit('/quizzes', body),
    /** @param {string} id @returns {Promise<Quiz>} */
    one: id => call('GET', `/quizzes/${id}`),
    /** @param {string} [cursor] @returns {Promise<import('../api.js').List<QuizItem>>} */
    list: cursor => call('GET', `/quizzes${pageQuery(cursor)}`),
    /** @param {string} id @param {Answers} answers @returns {Promise<Marked>} */
    take: (id, answers) => call('POST', `/quizzes/${id}/attempts`, { body: { answers } }),
    /** Whatever its state. @param {string} id @returns {Promise<void>} */
    remove: id => call('DELETE', `/quizzes/${id}`),
  }
}
