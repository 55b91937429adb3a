import type { TaskKind } from '../tasks/kind.ts'
import { ReviewInput } from './input.ts'
import { reviewPrompt } from './prompt.ts'
import { saveReview } from './store.ts'

/** The `review` kind: what one of two personas says of a diary entry. */
export const reviewKind: TaskKind<typeof ReviewInput> = {
  name: 'review',
  input: ReviewInput,
  outputs: () => 1,
  prompt: reviewPrompt,
  async save(tx, task) {
    await saveReview(tx, task)
    return [{ name: 'review.generated', data: { taskId: task.id, ownerId: task.ownerId, watched: task.watched } }]
  },
}
