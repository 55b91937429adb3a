import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database } from '../../db/client.ts'
import { snapshot } from '../../db/snapshot.ts'
import { type Accept, acceptsTask } from '../../tasks/http/accept.ts'
import { pageOf, TaskListQuery, taskFilterOf } from '../../tasks/http/paging.ts'
import { readIdempotencyKey } from '../../tasks/idempotency/idempotency-key.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import { TasksOfKind } from '../../tasks/store/of-kind.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { ReviewList, ReviewSchema } from './api-schemas.ts'
import { reviewNotFound } from './errors.ts'
import { ReviewInput } from './input.ts'
import { viewReview } from './view.ts'

const ReviewParams = Type.Object({
  id: Type.String({ maxLength: 100, description: 'Id of the review, which is that of its task.' }),
})

export interface ReviewRoutesOptions {
  kind: TaskKind<typeof ReviewInput>
  tasks: Tasks
  accept: Accept
  database: Database
  store: TaskStore
}

/** Diary reviews: ask one of two personas, read the review, remove it. */
export const reviewRoutes: FastifyPluginAsyncTypebox<ReviewRoutesOptions> = async (app, options) => {
  const { kind, tasks, accept, database, store } = options
  const written = new TasksOfKind<ReviewInput>(kind.name, store)

  app.post(
    '/api/reviews',
    {
      schema: {
        ...acceptsTask,
        tags: ['reviews'],
        summary: 'Review a diary entry',
        body: ReviewInput,
      },
    },
    async (request, reply) => {
      const { ownerId, body, id: traceId } = request
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'])
      return accept(request, reply, await tasks.submit(kind, ownerId, body, { traceId, idempotencyKey }))
    },
  )

  app.get(
    '/api/reviews',
    {
      schema: {
        tags: ['reviews'],
        summary: 'Your reviews, newest first, including those that are being written or failed',
        querystring: TaskListQuery,
        response: { 200: ReviewList },
      },
    },
    ({ ownerId, query }) =>
      snapshot(database, async tx => {
        const { items, nextCursor } = pageOf(await written.list(tx, ownerId, taskFilterOf(query)), query)
        return { items: items.map(viewReview), nextCursor }
      }),
  )

  app.get(
    '/api/reviews/:id',
    { schema: { tags: ['reviews'], summary: 'A review', params: ReviewParams, response: { 200: ReviewSchema } } },
    async ({ ownerId, params }) => {
      const review = await snapshot(database, tx => written.find(tx, params.id, ownerId))
      if (!review) throw reviewNotFound()
      return viewReview(review)
    },
  )

  app.delete(
    '/api/reviews/:id',
    {
      schema: {
        tags: ['reviews'],
        summary: 'Remove a review and its diary entry for good',
        description: 'Also while it is being written.',
        params: ReviewParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      if (!(await tasks.remove(request.params.id, request.ownerId, kind.name))) throw reviewNotFound()
      return reply.code(204).send(null)
    },
  )
}
