/**
 * Facts on which other modules act after the commit that made them true: name and payload. Payloads hold ids, numbers
 * and words of ours, never text of users or the model.
 */
export interface DomainEvents {
  /** A record, or one of its versions again, was saved. */
  'record.generated': Generated
  /** A teacher chose a text of a record and answers for it. */
  'record.confirmed': { taskId: string; ownerId: string }
  'review.generated': Generated
  /** A reply, whole or in part, was saved. `attempt` distinguishes a regenerated reply from the one before. */
  'turn.completed': Generated & { conversationId: string; attempt: number }
  /** A quiz can be taken; `complete` unless it has fewer questions than were asked for. */
  'quiz.ready': Generated & { complete: boolean }
  /**
   * A task of any kind has ended, with any status. Published each time: a task whose output is written again ends
   * again.
   */
  'task.ended': TaskEnded
  /** A task has ended without any output to show. Follows its `task.ended`. */
  'task.failed': Generated & { kind: string }
  /** A notification is due for one target of this channel: each channel has a queue of its own. */
  'notification.web-push': NotificationDue
  'notification.alimtalk': NotificationDue
  'notification.sms': NotificationDue
  'notification.webhook': NotificationDue
  /**
   * The owner of a webhook must confirm that it wants notifications; `askId` distinguishes this challenge from later
   * ones.
   */
  'webhook.asked': { ownerId: string; askId: string }
}

export interface NotificationDue {
  taskId: string
  ownerId: string
  notificationId: string
  targetId: string
}

interface Generated {
  taskId: string
  ownerId: string
  /** Whether a reader followed the task's stream when it ended. */
  watched: boolean
}

export interface TaskEnded extends Generated {
  kind: string
  attempt: number
  status: EndStatus
  /** ISO 8601. */
  endedAt: string
  /** The number of this end of the task, from 1. */
  ends: number
  /** From the request until the commit; for a task that had ended before, from its claim. Null if it never ran. */
  totalMs: number | null
  /** Attempts that died with their process. */
  lostAttempts: number
  /** The outputs that this attempt was to write, without those that stand from an earlier end. */
  outputs: EndedOutput[]
}

export type EndStatus = 'completed' | 'incomplete' | 'failed' | 'cancelled'

export interface EndedOutput {
  status: EndStatus
  inputTokens: number
  outputTokens: number
  /** As `totalMs`, until the first delta; null if there was none. */
  firstTokenMs: number | null
  /** How often the model was asked again, by us or by the user. */
  retries: number
}

export type DomainEventName = keyof DomainEvents

export type DomainEvent<Name extends DomainEventName = DomainEventName> = {
  [N in Name]: { name: N; data: DomainEvents[N] }
}[Name]

/** An event under way, with the trace of the request that caused it: see `newTraceId`. */
export type TracedEvent<Name extends DomainEventName = DomainEventName> = DomainEvent<Name> & { traceId: string }

/** Each handler gets the events of one key one at a time, in the order of their transactions. */
export function keyOf({ data }: DomainEvent): string {
  // One at a time for each target: a target that is slow, or never answers, delays no other target's events.
  if ('notificationId' in data) return data.targetId
  if ('askId' in data) return data.ownerId
  return 'conversationId' in data ? data.conversationId : data.taskId
}
