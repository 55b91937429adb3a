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

/** What the end of a task is to other parts, whatever its kind. */
export function endFacts({ task, status, ends, watched, totalMs, outputs, ...end }: Ended): DomainEvent[] {
  const { id: taskId, ownerId, kind, attempt, lostAttempts } = task
  const endedAt = end.endedAt.toISOString()
  // Member by member: what else a caller's object holds may be what somebody wrote.
  const data = { taskId, ownerId, kind, attempt, lostAttempts, status, endedAt, ends, watched, totalMs, outputs }
  const ended: DomainEvent = { name: 'task.ended', data }
  if (status !== 'failed') return [ended]
  return [ended, { name: 'task.failed', data: { taskId, ownerId, kind, watched } }]
}
