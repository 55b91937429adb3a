import type { StoredNotification } from './store.ts'
import { type Language, notificationText } from './text.ts'

/** A notification as its owner sees it. Times are ISO 8601 in UTC. */
export function viewNotification(notification: StoredNotification, language: Language) {
  const { id, kind, taskId, taskKind, conversationId, createdAt, readAt } = notification
  return {
    id,
    kind,
    taskId,
    taskKind,
    ...(conversationId !== undefined && { conversationId }),
    createdAt: createdAt.toISOString(),
    readAt: readAt?.toISOString() ?? null,
    ...notificationText(notification, language),
  }
}
