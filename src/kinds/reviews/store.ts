import type { Queries } from '../../db/client.ts'
import type { ReviewInput } from './input.ts'
import { reviews } from './tables.ts'

/**
 * Part of the final transaction of their tasks. After a retry the review already exists.
 *
 * Nothing in this version reads the table: a review is its task. During an upgrade, processes of the version before list
 * reviews by it.
 */
export async function saveReviews(
  tx: Queries,
  tasks: readonly { id: string; ownerId: string; createdAt: Date; input: ReviewInput }[],
): Promise<void> {
  const values = tasks.map(({ id, ownerId, createdAt, input: { type } }) => ({ id, ownerId, createdAt, type }))
  await tx.insert(reviews).values(values).onConflictDoNothing()
}
