import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Queries } from '../../db/client.ts'
import { type KindRoutesContext, kindParams, kindRoutes } from '../../tasks/http/kind-routes.ts'
import type { TaskOfKind } from '../../tasks/store/of-kind.ts'
import { taskEnded } from '../../tasks/task.ts'
import { AttemptSchema, QuizList, QuizSchema } from './api-schemas.ts'
import { quizBeingMade, quizDamaged, quizEmpty, quizNotFound } from './errors.ts'
import { grade } from './grade.ts'
import { AttemptInput, type QuizInput } from './input.ts'
import type { QuizStore } from './store.ts'
import { viewQuiz, viewQuizItem } from './view.ts'

export interface QuizRoutesOptions extends KindRoutesContext<typeof QuizInput> {
  quizzes: QuizStore
}

/** Quizzes: make, list, read, take and remove them. */
export const quizRoutes: FastifyPluginAsyncTypebox<QuizRoutesOptions> = async (app, context) => {
  const { kind, database, store, quizzes } = context
  kindRoutes(app, context, {
    path: 'quizzes',
    noun: 'quiz',
    summaries: {
      create: 'Make a quiz',
      list: 'Your quizzes, newest first, including those that are being made or failed',
      get: 'A quiz',
      remove: 'Remove a quiz, its material and how it was taken for good',
      removeDetail: 'Also while it is being made.',
    },
    item: QuizSchema,
    list: QuizList,
    notFound: quizNotFound,
    viewAll: viewItems,
    view: async (tx, quiz) =>
      viewQuiz(quiz, await quizzes.get(tx, quiz.task), await quizzes.lastAttempts(tx, quiz.task)),
  })

  app.post(
    '/api/quizzes/:id/attempts',
    {
      schema: {
        tags: ['quizzes'],
        summary: 'Take a quiz',
        description: 'May be repeated. From the first time on, the quiz shows its answers. Not while it is being made.',
        params: kindParams('quiz'),
        body: AttemptInput,
        response: { 201: AttemptSchema },
      },
    },
    async ({ params, ownerId, body: { answers } }, reply) => {
      const taken = await database.queries.transaction(async tx => {
        const task = await store.find(tx, params.id, ownerId, { forUpdate: true })
        if (task?.kind !== kind.name) throw quizNotFound()
        if (!taskEnded(task.status)) throw quizBeingMade(task.id)
        const quiz = await quizzes.get(tx, task)
        if (!quiz) throw quizEmpty()
        if (quiz.damaged) throw quizDamaged()
        const { score, results } = grade(quiz.questions, answers)
        return { ...(await quizzes.addAttempt(tx, quiz, { answers, score })), results }
      })
      const { id, score, results, createdAt } = taken
      return reply.code(201).send({ id, score, total: results.length, results, createdAt: createdAt.toISOString() })
    },
  )

  async function viewItems(tx: Queries, items: readonly TaskOfKind<QuizInput>[]) {
    const kept = await quizzes.getAll(
      tx,
      items.map(({ task }) => task),
    )
    const tallies = await quizzes.tallies(
      tx,
      items.map(({ id }) => id),
    )
    return items.map(quiz => viewQuizItem(quiz, kept.get(quiz.id), tallies.get(quiz.id)))
  }
}
