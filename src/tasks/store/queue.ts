import type { PgBoss } from 'pg-boss'
import type { Database } from '../../db/client.ts'
import { type Job, JobQueue } from '../../db/job-queue.ts'

/** The jobs that make tasks run: one per stay in the queue. */
export type TaskQueue = JobQueue<{ taskId: string }>
export type TaskJob = Job<{ taskId: string }>

/** How often a task may be lost is counted on the task. */
export function openTaskQueue(boss: PgBoss, database: Database): Promise<TaskQueue> {
  return JobQueue.open('tasks', boss, database)
}
