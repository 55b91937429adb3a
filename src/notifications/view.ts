import type { NotificationLabels } from './label.ts'
import type { ShownNotification } from './store.ts'
import { notificationText, type Reader } from './text.ts'

/** A notification as its owner sees it in the app. Times are ISO 8601 in UTC. */
export function viewNotification(notification: ShownNotification, reader: Reader, labels: NotificationLabels) {
  const { id, kind, taskId, taskKind, conversationId, createdAt, readAt } = notification
  const label = labels.open(notification)
  return {
    id,
    kind,
    taskId,
    taskKind,
    ...(conversationId !== undefined && { conversationId }),
    createdAt: createdAt.toISOString(),
    readAt: readAt?.toISOString() ?? null,
    label: label ?? null,
    ...(label === undefined && { damaged: true as const }),
    ...notificationText(notification, reader),
  }
}
