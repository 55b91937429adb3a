import type { DomainEvent, EndedOutput } from '../domain-events/domain-events.ts'
import type { EndedTaskStatus } from './task.ts'

interface Ended {
  task: { id: string; ownerId: string; kind: string; attempt: number; lostAttempts: number }
  status: EndedTaskStatus
  endedAt: Date
  ends: number
  watched: boolean
  totalMs: number | null
  outputs: EndedOutput[]
}

/** The events of a task's end for other modules, whatever its kind. */
export function endFacts({ task, status, ends, watched, totalMs, outputs, ...end }: Ended): DomainEvent[] {
  const { id: taskId, ownerId, kind, attempt, lostAttempts } = task
  const endedAt = end.endedAt.toISOString()
  // Member by member: other members of the caller's object may hold a user's text.
  const data = { taskId, ownerId, kind, attempt, lostAttempts, status, endedAt, ends, watched, totalMs, outputs }
  const ended: DomainEvent = { name: 'task.ended', data }
  if (status !== 'failed') return [ended]
  return [ended, { name: 'task.failed', data: { taskId, ownerId, kind, watched } }]
}
