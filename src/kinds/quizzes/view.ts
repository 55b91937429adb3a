import type { TaskOfKind } from '../../tasks/store/of-kind.ts'
import { faultOf } from '../../tasks/view.ts'
import type { QuizInput } from './input.ts'
import type { Attempt, Quiz, Tally } from './store.ts'

/** A quiz in a list. @param kept undefined while it is made for the first time, or if it could not be made */
export function viewQuizItem(made: TaskOfKind<QuizInput>, kept: Quiz | undefined, tally: Tally | undefined) {
  return {
    ...head(made),
    questions: kept?.questions.length ?? 0,
    attempts: tally?.attempts ?? 0,
    bestScore: tally?.bestScore ?? null,
    ...((kept?.damaged || !made.input) && { damaged: true as const }),
  }
}

/** A quiz as its owner sees it: before it was taken, without the answers. */
export function viewQuiz(made: TaskOfKind<QuizInput>, kept: Quiz | undefined, attempts: readonly Attempt[]) {
  const questions = kept?.questions ?? []
  const taken = attempts.length > 0
  return {
    ...head(made),
    questions: questions.map(({ answer, explanation, ...question }) => ({
      ...question,
      ...(taken && { answer, explanation }),
    })),
    attempts: attempts.map(({ id, answers, score, createdAt, damaged }) => ({
      id,
      answers,
      score,
      total: questions.length,
      createdAt: createdAt.toISOString(),
      ...(damaged && { damaged: true as const }),
    })),
    ...((kept?.damaged || !made.input || attempts.some(({ damaged }) => damaged)) && { damaged: true as const }),
  }
}

function head(made: TaskOfKind<QuizInput>) {
  const { id, task, input } = made
  const error = faultOf(made)
  return {
    id,
    topic: input?.topic ?? '',
    difficulty: input?.difficulty ?? null,
    questionCount: input?.questionCount ?? null,
    status: task.status,
    createdAt: task.createdAt.toISOString(),
    ...(error && { error }),
  }
}
