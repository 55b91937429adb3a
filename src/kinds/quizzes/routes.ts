import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database, Queries } from '../../db/client.ts'
import { snapshot } from '../../db/snapshot.ts'
import { type Accept, acceptsTask } from '../../tasks/http/accept.ts'
import { pageOf, TaskListQuery, taskFilterOf } from '../../tasks/http/paging.ts'
import { readIdempotencyKey } from '../../tasks/idempotency/idempotency-key.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import { type TaskOfKind, TasksOfKind } from '../../tasks/store/of-kind.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import { taskEnded } from '../../tasks/task.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { AttemptSchema, QuizList, QuizSchema } from './api-schemas.ts'
import { quizBeingMade, quizDamaged, quizEmpty, quizNotFound } from './errors.ts'
import { grade } from './grade.ts'
import { AttemptInput, QuizInput } from './input.ts'
import type { QuizStore } from './store.ts'
import { viewQuiz, viewQuizItem } from './view.ts'

const QuizParams = Type.Object({
  id: Type.String({ maxLength: 100, description: 'Id of the quiz, which is that of its task.' }),
})

export interface QuizRoutesOptions {
  kind: TaskKind<typeof QuizInput>
  tasks: Tasks
  accept: Accept
  database: Database
  store: TaskStore
  quizzes: QuizStore
}

/** Quizzes: make, list, read, take and remove them. */
export const quizRoutes: FastifyPluginAsyncTypebox<QuizRoutesOptions> = async (app, options) => {
  const { kind, tasks, accept, database, store, quizzes } = options
  const made = new TasksOfKind<QuizInput>(kind.name, store)
  const schema = { tags: ['quizzes'] }

  app.post(
    '/api/quizzes',
    { schema: { ...acceptsTask, ...schema, summary: 'Make a quiz', body: QuizInput } },
    async (request, reply) => {
      const { ownerId, body, id: traceId } = request
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'])
      return accept(request, reply, await tasks.submit(kind, ownerId, body, { traceId, idempotencyKey }))
    },
  )

  app.get(
    '/api/quizzes',
    {
      schema: {
        ...schema,
        summary: 'Your quizzes, newest first, including those that are being made or failed',
        querystring: TaskListQuery,
        response: { 200: QuizList },
      },
    },
    ({ ownerId, query }) =>
      snapshot(database, async tx => {
        const { items, nextCursor } = pageOf(await made.list(tx, ownerId, taskFilterOf(query)), query)
        return { items: await viewItems(tx, items), nextCursor }
      }),
  )

  app.get(
    '/api/quizzes/:id',
    { schema: { ...schema, summary: 'A quiz', params: QuizParams, response: { 200: QuizSchema } } },
    ({ ownerId, params }) =>
      snapshot(database, async tx => {
        const quiz = await made.find(tx, params.id, ownerId)
        if (!quiz) throw quizNotFound()
        return viewQuiz(quiz, await quizzes.get(tx, quiz.task), await quizzes.lastAttempts(tx, quiz.task))
      }),
  )

  app.post(
    '/api/quizzes/:id/attempts',
    {
      schema: {
        ...schema,
        summary: 'Take a quiz',
        description: 'May be repeated. From the first time on, the quiz shows its answers. Not while it is being made.',
        params: QuizParams,
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

  app.delete(
    '/api/quizzes/:id',
    {
      schema: {
        ...schema,
        summary: 'Remove a quiz, its material and how it was taken for good',
        description: 'Also while it is being made.',
        params: QuizParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      if (!(await tasks.remove(request.params.id, request.ownerId, kind.name))) throw quizNotFound()
      return reply.code(204).send(null)
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
