import { fixedBound } from '../../ai/text-bound.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import { ReviewInput } from './input.ts'
import { reviewPrompt } from './prompt.ts'
import { saveReviews } from './store.ts'

/** An answer to a diary entry has a few hundred characters. */
const bound = fixedBound(20_000)

/** The `review` kind: what one of two personas says about a diary entry. */
export const reviewKind: TaskKind<typeof ReviewInput> = {
  name: 'review',
  input: ReviewInput,
  outputs: () => 1,
  prompt: reviewPrompt,
  bound: () => bound,
  save: saveReviews,
  facts: ({ id: taskId, ownerId, watched }) => [{ name: 'review.generated', data: { taskId, ownerId, watched } }],
}
