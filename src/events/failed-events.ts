import type { PgBoss } from 'pg-boss'
import type { Database } from '../db/client.ts'
import { JobQueue } from '../db/job-queue.ts'
import type { DomainEvent } from './domain-events.ts'

/** An event that a handler could not handle, and will not try again by itself. */
export interface FailedEvent {
  handler: string
  event: DomainEvent
  attempts: number
  /** The last error's code; never its message, which may repeat what somebody wrote. */
  error: string
  failedAt: string
}

/** Where they are kept until somebody looks at them. */
export type FailedEvents = JobQueue<FailedEvent>

export function openFailedEvents(boss: PgBoss, database: Database): Promise<FailedEvents> {
  return JobQueue.open('failed-events', boss, database)
}
