import type { Queries } from '../../db/client.ts'
import type { ReviewInput } from './input.ts'
import { reviews } from './tables.ts'

/**
 * Part of the final transaction of their tasks. Again after a retry: then the review is there already.
 *
 * Nothing here reads it: a review is its task. Processes of the version before list reviews by it, during an upgrade.
 */
export async function saveReviews(
  tx: Queries,
  tasks: readonly { id: string; ownerId: string; createdAt: Date; input: ReviewInput }[],
): Promise<void> {
  const values = tasks.map(({ id, ownerId, createdAt, input: { type } }) => ({ id, ownerId, createdAt, type }))
  await tx.insert(reviews).values(values).onConflictDoNothing()
}
