import type { QuizInput } from './input.ts'
import type { Attempt, Quiz, Tally } from './store.ts'

/** A quiz in a list. */
export function viewQuizItem(quiz: Quiz, input: QuizInput, tally: Tally | undefined) {
  return {
    ...head(quiz, input),
    questions: quiz.questions.length,
    attempts: tally?.attempts ?? 0,
    bestScore: tally?.bestScore ?? null,
  }
}

/** A quiz as its owner sees it: before it was taken, without the answers. */
export function viewQuiz(quiz: Quiz, input: QuizInput, attempts: readonly Attempt[]) {
  const { questions } = quiz
  const taken = attempts.length > 0
  return {
    ...head(quiz, input),
    questions: questions.map(({ answer, explanation, ...question }) => ({
      ...question,
      ...(taken && { answer, explanation }),
    })),
    attempts: attempts.map(({ id, answers, score, createdAt }) => ({
      id,
      answers,
      score,
      total: questions.length,
      createdAt: createdAt.toISOString(),
    })),
  }
}

function head({ id, complete, createdAt }: Quiz, { topic, difficulty, questionCount }: QuizInput) {
  return {
    id,
    topic,
    difficulty,
    questionCount,
    status: complete ? ('completed' as const) : ('incomplete' as const),
    createdAt: createdAt.toISOString(),
  }
}
