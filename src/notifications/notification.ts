/** The kinds of event that somebody can be notified of. */
export const notificationKinds = [
  'quiz.ready',
  'record.generated',
  'review.generated',
  'turn.completed',
  'task.failed',
] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** That something has happened to a task of the owner's. Ids and words of ours only: what was written stays where it is. */
export interface Notification {
  /** UUIDv7; the same at every try and in every channel. */
  id: string
  ownerId: string
  kind: NotificationKind
  taskId: string
  /** record, review, turn or quiz. */
  taskKind: string
  conversationId?: string
  createdAt: Date
}
