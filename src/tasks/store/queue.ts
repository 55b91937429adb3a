import type { PgBoss } from 'pg-boss'
import type { Database } from '../../db/client.ts'
import { type Job, JobQueue } from '../../db/job-queue.ts'

/** The jobs that make tasks run: one per stay in the queue. */
export type TaskQueue = JobQueue<{ taskId: string }>
export type TaskJob = Job<{ taskId: string }>

/** The row of the task counts how often it was lost. */
export function openTaskQueue(boss: PgBoss, database: Database): Promise<TaskQueue> {
  return JobQueue.open('tasks', boss, database)
}
