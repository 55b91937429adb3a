import type { DomainEvent, EndedOutput } from '../events/domain-events.ts'
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

/**
 * What the end of a task is to other parts, whatever its kind. Member by member: who calls it has more at hand, and an
 * error's detail is what the model said.
 */
export function endFacts({ task, status, endedAt, ends, watched, totalMs, outputs }: Ended): DomainEvent[] {
  const { id: taskId, ownerId, kind, attempt, lostAttempts } = task
  const about = { taskId, ownerId, kind, watched }
  const data = { ...about, attempt, lostAttempts, status, endedAt: endedAt.toISOString(), ends, totalMs, outputs }
  const ended: DomainEvent = { name: 'task.ended', data }
  if (status !== 'failed') return [ended]
  return [ended, { name: 'task.failed', data: about }]
}
