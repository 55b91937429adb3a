import type { TaskOfKind } from '../../tasks/store/of-kind.ts'
import { faultOf } from '../../tasks/view.ts'
import type { ReviewInput } from './input.ts'

/** A review as its owner sees it. */
export function viewReview(written: TaskOfKind<ReviewInput>) {
  const { id, task, input, outputs } = written
  const error = faultOf(written)
  const damaged = !input || task.damaged || outputs.some(output => output.damaged)
  return {
    id,
    type: input?.type ?? null,
    body: input?.body ?? '',
    status: task.status,
    text: outputs[0]?.text ?? '',
    createdAt: task.createdAt.toISOString(),
    ...(error && { error }),
    ...(damaged && { damaged: true as const }),
  }
}
