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
 * What the end of a task is to other parts, whatever its kind. Member by member: who calls may have more in hand, such as
 * what the model said when it refused, and events are stored as they are.
 */
export function endFacts({ task, status, endedAt, ends, watched, totalMs, outputs }: Ended): DomainEvent[] {
  const { id: taskId, ownerId, kind, attempt, lostAttempts } = task
  const ended: DomainEvent = {
    name: 'task.ended',
    data: {
      taskId,
      ownerId,
      kind,
      attempt,
      lostAttempts,
      status,
      watched,
      endedAt: endedAt.toISOString(),
      ends,
      totalMs,
      outputs,
    },
  }
  if (status !== 'failed') return [ended]
  return [ended, { name: 'task.failed', data: { taskId, ownerId, kind, watched } }]
}
