import type { FastifyInstance } from 'fastify'
import { type KindRoutesContext, kindRoutes } from '../../tasks/http/kind-routes.ts'
import { ReviewList, ReviewSchema } from './api-schemas.ts'
import { reviewNotFound } from './errors.ts'
import type { ReviewInput } from './input.ts'
import { viewReview } from './view.ts'

/** Diary reviews: ask one of two personas, read the review, remove it. */
export async function reviewRoutes(
  app: FastifyInstance,
  context: KindRoutesContext<typeof ReviewInput>,
): Promise<void> {
  kindRoutes(app, context, {
    path: 'reviews',
    noun: 'review',
    summaries: {
      create: 'Review a diary entry',
      list: 'Your reviews, newest first, including those that are being written or failed',
      get: 'A review',
      remove: 'Remove a review and its diary entry for good',
      removeDetail: 'Also while it is being written.',
    },
    item: ReviewSchema,
    list: ReviewList,
    notFound: reviewNotFound,
    viewAll: (_tx, reviews) => reviews.map(viewReview),
  })
}
