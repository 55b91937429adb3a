/**
 * @typedef {import('../api.js').Quiz} Quiz
 * @typedef {import('../api.js').Question} Question
 */

/**
 * The quiz as the server has it after it was taken: with the answers, and with this attempt as the last one.
 *
 * @param {Quiz} quiz
 * @param {import('../api.js').Answers} answers
 * @param {import('../api.js').Marked} marked
 * @returns {Quiz}
 */
export function taken(quiz, answers, { id, score, total, createdAt, results }) {
  const questions = quiz.questions.map(question => {
    const result = results.find(({ index }) => index === question.index)
    return { ...question, answer: result?.answer, explanation: result?.explanation }
  })
  return { ...quiz, questions, attempts: [...quiz.attempts, { id, score, total, answers, createdAt }] }
}

/**
 * @param {Question} question of a quiz that was taken
 * @param {number | null} given
 * @returns {'right' | 'wrong' | 'skipped'}
 */
export function resultOf({ answer }, given) {
  if (given === null) return 'skipped'
  return given === answer ? 'right' : 'wrong'
}
