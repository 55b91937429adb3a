export const notificationKinds = [
  'quiz.ready',
  'record.generated',
  'review.generated',
  'turn.completed',
  'task.failed',
] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** What an owner is told: ids only, never what anybody wrote. */
export interface Notification {
  id: string
  ownerId: string
  kind: NotificationKind
  taskId: string
  taskKind: string
  conversationId?: string
  createdAt: Date
}
