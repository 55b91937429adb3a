import type { TaskOfKind } from '../tasks/of-kind.ts'
import { faultOf } from '../tasks/view.ts'
import type { QuizInput } from './input.ts'
import type { Question } from './question.ts'
import type { Attempt, Tally } from './store.ts'

/** A quiz in a list. @param questions those there are: none while it is made for the first time, or if it could not be */
export function viewQuizItem(made: TaskOfKind<QuizInput>, questions: readonly Question[], tally: Tally | undefined) {
  return {
    ...head(made),
    questions: questions.length,
    attempts: tally?.attempts ?? 0,
    bestScore: tally?.bestScore ?? null,
  }
}

/** A quiz as its owner sees it: before it was taken, without the answers. */
export function viewQuiz(made: TaskOfKind<QuizInput>, questions: readonly Question[], attempts: readonly Attempt[]) {
  const taken = attempts.length > 0
  return {
    ...head(made),
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

function head(made: TaskOfKind<QuizInput>) {
  const { id, task, input } = made
  const { topic, difficulty, questionCount } = input
  const error = faultOf(made)
  return {
    id,
    topic,
    difficulty,
    questionCount,
    status: task.status,
    createdAt: task.createdAt.toISOString(),
    ...(error && { error }),
  }
}
