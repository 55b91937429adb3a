import type { StoredOutput } from '../../tasks/store/rows.ts'
import { outputEnded } from '../../tasks/task.ts'
import type { Conversation, Turn } from './store.ts'

/** The members that lists and the conversation itself share. */
export function viewHead({ id, title, createdAt, usedAt, damaged }: Conversation) {
  return {
    id,
    title: title ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: usedAt.toISOString(),
    ...(damaged && { damaged: true as const }),
  }
}

/** A turn as two messages. The reply is always there; until it ends, its text is in its task. */
export function viewMessages({ id, content, createdAt, damaged }: Turn, reply: StoredOutput) {
  const at = createdAt.toISOString()
  const { status, text, finishReason, error } = reply
  return [
    {
      role: 'user' as const,
      id: `${id}/user`,
      taskId: id,
      content,
      createdAt: at,
      ...(damaged && { damaged: true as const }),
    },
    {
      role: 'assistant' as const,
      id,
      taskId: id,
      content: outputEnded(status) ? text : '',
      createdAt: at,
      status,
      finishReason: finishReason ?? null,
      ...(error && { error }),
      ...(reply.damaged && { damaged: true as const }),
    },
  ]
}
