/** The kinds of event that an owner can be notified of. */
export const notificationKinds = [
  'quiz.ready',
  'record.generated',
  'review.generated',
  'turn.completed',
  'task.failed',
] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** Something has happened to a task of the owner's. Ids and words of ours only: no text of a user leaves in it. */
export interface Notification {
  /** UUIDv7; the same at every attempt and in every channel. */
  id: string
  ownerId: string
  kind: NotificationKind
  taskId: string
  /** record, review, turn or quiz. */
  taskKind: string
  conversationId?: string
  createdAt: Date
}
