import { noSuchChoice, wrongNumberOfAnswers } from './errors.ts'
import type { Question } from './question.ts'

export interface Grade {
  score: number
  results: { index: number; correct: boolean; answer: number; explanation: string }[]
}

/**
 * Compares the given answers, one for each question and null for one that was left out, with the right ones.
 *
 * @throws Problem `wrong-number-of-answers`, `no-such-choice`
 */
export function grade(questions: readonly Question[], answers: readonly (number | null)[]): Grade {
  if (answers.length !== questions.length) throw wrongNumberOfAnswers(questions.length)
  const results = questions.map(({ choices, answer, explanation }, index) => {
    const given = answers[index] ?? null
    if (given !== null && given >= choices.length) throw noSuchChoice(index, choices.length)
    return { index, correct: given === answer, answer, explanation }
  })
  return { score: results.filter(({ correct }) => correct).length, results }
}
