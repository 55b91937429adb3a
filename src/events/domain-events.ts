/**
 * Facts that other parts act on after the commit that made them true: name and payload. Payloads hold ids and numbers,
 * never what somebody wrote.
 */
export interface DomainEvents {
  /** A record, or one of its versions again, was saved. */
  'record.generated': { taskId: string }
  'review.generated': { taskId: string }
  /** A reply, whole or in part, was saved. `attempt` tells a regenerated reply from the one before. */
  'turn.completed': { taskId: string; conversationId: string; attempt: number }
  /** A quiz can be taken; `complete` unless it has fewer questions than were asked for. */
  'quiz.ready': { taskId: string; complete: boolean }
}

export type DomainEventName = keyof DomainEvents

export type DomainEvent = { [Name in DomainEventName]: { name: Name; data: DomainEvents[Name] } }[DomainEventName]

/** Events of one key are handed to each handler one at a time, in the order of their transactions. */
export function keyOf({ data }: DomainEvent): string {
  return 'conversationId' in data ? data.conversationId : data.taskId
}
