import { and, desc, eq, lt } from 'drizzle-orm'
import { validate as isUuid } from 'uuid'
import type { Queries } from '../db/client.ts'
import type { ReviewInput } from './input.ts'
import { reviews } from './schema.ts'

export type StoredReview = typeof reviews.$inferSelect

/** Part of the final transaction of their tasks. Again after a retry: then the review is there already. */
export async function saveReviews(
  tx: Queries,
  tasks: readonly { id: string; ownerId: string; createdAt: Date; input: ReviewInput }[],
): Promise<void> {
  const values = tasks.map(({ id, ownerId, createdAt, input: { type } }) => ({ id, ownerId, createdAt, type }))
  await tx.insert(reviews).values(values).onConflictDoNothing()
}

/** The owner's review; `undefined` when there is none of this owner. */
export async function findReview(tx: Queries, id: string, ownerId: string): Promise<StoredReview | undefined> {
  if (!isUuid(id)) return undefined
  const [row] = await tx
    .select()
    .from(reviews)
    .where(and(eq(reviews.id, id), eq(reviews.ownerId, ownerId)))
  return row
}

/** Newest first; `before` is the id of the last review of the page before. */
export async function listReviews(
  tx: Queries,
  ownerId: string,
  { before, limit }: { before?: string; limit: number },
): Promise<StoredReview[]> {
  return tx
    .select()
    .from(reviews)
    .where(and(eq(reviews.ownerId, ownerId), before === undefined ? undefined : lt(reviews.id, before)))
    .orderBy(desc(reviews.id))
    .limit(limit)
}
