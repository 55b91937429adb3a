import type { Queries } from '../db/client.ts'
import type { ConversationStore } from '../kinds/conversations/store.ts'
import { quizLabel } from '../kinds/quizzes/label.ts'
import { recordLabel } from '../kinds/records/label.ts'
import { reviewLabel } from '../kinds/reviews/label.ts'
import type { TaskStore } from '../tasks/store/task-store.ts'

/** For kinds whose task has a subject in its input. */
const labelOfInput: Record<string, (input: never) => string> = {
  record: recordLabel,
  review: reviewLabel,
  quiz: quizLabel,
}

/**
 * The name that its owner gave to the subject of a task, in their own words; `undefined` without one, or when it can no
 * longer be read. For the owner's eyes only, and encrypted wherever it is kept.
 */
export function taskLabels({ tasks, conversations }: { tasks: TaskStore; conversations: ConversationStore }) {
  return async (
    tx: Queries,
    { id, ownerId, kind, conversationId }: { id: string; ownerId: string; kind: string; conversationId?: string },
  ): Promise<string | undefined> => {
    if (conversationId !== undefined) return (await conversations.getAll(tx, [conversationId]))[0]?.title
    const labelOf = labelOfInput[kind]
    const input = labelOf && (await tasks.inputs(tx, [{ id, ownerId }])).get(id)?.value
    return input === undefined ? undefined : labelOf?.(input as never) || undefined
  }
}
