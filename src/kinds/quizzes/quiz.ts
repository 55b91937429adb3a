import type { EndedTask, SavedOutput, TaskKind } from '../../tasks/kind.ts'
import { quizTaken } from './errors.ts'
import { QuizInput } from './input.ts'
import { quizFormat, quizPrompt } from './prompt.ts'
import { type Question, questionChunk } from './question.ts'
import type { Quiz, QuizStore } from './store.ts'
import { writeQuiz } from './write.ts'

/** The `quiz` kind: questions with one right answer each. The answers never leave this server before the quiz is taken. */
export function quizKind(store: QuizStore): TaskKind<typeof QuizInput> {
  return {
    name: 'quiz',
    input: QuizInput,
    outputs: () => 1,
    write: (input, context) => writeQuiz(input, context, { quizPrompt, quizFormat }),

    save: (tx, ended) => store.save(tx, ended.map(made)),

    facts: task => [
      {
        name: 'quiz.ready',
        data: { taskId: task.id, ownerId: task.ownerId, complete: made(task).complete, watched: task.watched },
      },
    ],

    async beforeRetry(tx, task) {
      // A transaction that takes the quiz locks its task as well.
      if ((await store.lastAttempts(tx, task)).length > 0) throw quizTaken()
    },

    async replay(queries, task) {
      return (await store.get(queries, task))?.questions.map(questionChunk) ?? []
    },
  }
}

/** The quiz that a task made. */
function made({ id, ownerId, createdAt, outputs }: EndedTask<unknown>): Omit<Quiz, 'damaged'> {
  const [{ result, status }] = outputs as [SavedOutput]
  const { questions } = result as { questions: Question[] }
  return { id, ownerId, createdAt, questions, complete: status === 'completed' }
}
