import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database, Queries } from '../db/client.ts'
import { type Accept, acceptsTask } from '../tasks/accept.ts'
import { readIdempotencyKey } from '../tasks/idempotency-key.ts'
import type { TaskKind } from '../tasks/kind.ts'
import { cursorOf, ListQuery, pageOf } from '../tasks/paging.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { reviewNotFound } from './errors.ts'
import { ReviewInput } from './input.ts'
import { ReviewList, ReviewSchema } from './schemas.ts'
import { findReview, listReviews, type StoredReview } from './store.ts'

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

/** Diary reviews: ask one of two personas, read what they said, remove it. */
export const reviewRoutes: FastifyPluginAsyncTypebox<ReviewRoutesOptions> = async (app, options) => {
  const { kind, tasks, accept, database, store } = options

  app.post(
    '/api/reviews',
    {
      schema: {
        ...acceptsTask,
        tags: ['reviews'],
        summary: 'Have a diary entry reviewed',
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
        summary: 'Your reviews, newest first',
        querystring: ListQuery,
        response: { 200: ReviewList },
      },
    },
    async request => {
      const found = await listReviews(database.queries, request.ownerId, cursorOf(request.query))
      const { items, nextCursor } = pageOf(found, request.query)
      return { items: await views(database.queries, items), nextCursor }
    },
  )

  app.get(
    '/api/reviews/:id',
    { schema: { tags: ['reviews'], summary: 'A review', params: ReviewParams, response: { 200: ReviewSchema } } },
    async request => {
      const review = await findReview(database.queries, request.params.id, request.ownerId)
      const [view] = review ? await views(database.queries, [review]) : []
      if (!view) throw reviewNotFound()
      return view
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

  /** Those that have not been removed meanwhile. */
  async function views(tx: Queries, found: readonly StoredReview[]) {
    const ids = found.map(({ id }) => id)
    const inputs = (await store.inputs(tx, ids)) as Map<string, ReviewInput>
    const outputs = await store.outputsOf(tx, ids)
    return found.flatMap(({ id, type, createdAt }) => {
      const input = inputs.get(id)
      const output = outputs.get(id)?.[0]
      if (!input || !output) return []
      return {
        id,
        type,
        body: input.body,
        status: output.status,
        text: output.text,
        createdAt: createdAt.toISOString(),
      }
    })
  }
}
