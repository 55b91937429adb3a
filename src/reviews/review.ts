import type { TaskKind } from '../tasks/kind.ts'
import { ReviewInput } from './input.ts'
import { reviewPrompt } from './prompt.ts'
import { saveReviews } from './store.ts'

/** The `review` kind: what one of two personas says of a diary entry. */
export const reviewKind: TaskKind<typeof ReviewInput> = {
  name: 'review',
  input: ReviewInput,
  outputs: () => 1,
  prompt: reviewPrompt,
  save: saveReviews,
  facts: ({ id: taskId, ownerId, watched }) => [{ name: 'review.generated', data: { taskId, ownerId, watched } }],
}
