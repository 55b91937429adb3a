import type { PgBoss } from 'pg-boss'
import { v7 as uuidv7 } from 'uuid'
import { type Database, jobsIn, type Queries } from '../db/client.ts'

const name = 'tasks'

/** A process that has not touched its jobs for this long is dead; its tasks are claimed by another. pg-boss's least. */
const heartbeatSeconds = 10

/** A job as fetched: `retryCount` tells this fetch from a later one of the same job. */
export interface TaskJob {
  id: string
  retryCount: number
  taskId: string
}

/**
 * The jobs that make tasks run: one per stay in the queue. They carry the task's id and nothing else.
 *
 * Not `work()`, which polls once per worker: the runner fetches as much as fits. How often a task may be lost is
 * counted on the task, so the queue's own retry limit only has to be out of the way.
 */
export class TaskQueue {
  readonly #boss: PgBoss
  readonly #database: Database

  private constructor(boss: PgBoss, database: Database) {
    this.#boss = boss
    this.#database = database
  }

  static async open(boss: PgBoss, database: Database): Promise<TaskQueue> {
    const options = {
      // The embedded database belongs to one process: a lost job is found when the next one starts, and a process that
      // is merely busy must not lose its jobs to itself.
      ...(database.backend === 'postgres' && { heartbeatSeconds }),
      retryLimit: 1000,
      retryDelay: 0,
      expireInSeconds: 86_399,
      retentionSeconds: 365 * 86_400,
      deleteAfterSeconds: 3600,
    }
    await boss.createQueue(name, options)
    await boss.updateQueue(name, options)
    // pg-boss reads the queue's row at its first use, on a connection of its own. Inside a transaction of the embedded
    // database, which has one connection, that would wait for ever: so it is read now.
    await boss.touch(name, uuidv7())
    return new TaskQueue(boss, database)
  }

  async send(tx: Queries, jobId: string, taskId: string, { delaySeconds = 0 } = {}): Promise<void> {
    await this.#boss.send(name, { taskId }, { id: jobId, startAfter: delaySeconds, db: jobsIn(tx) })
  }

  /** Takes up to `limit` jobs, oldest first. */
  async fetch(tx: Queries, limit: number): Promise<TaskJob[]> {
    const jobs = await this.#boss.fetch<{ taskId: string }>(name, { batchSize: limit, db: jobsIn(tx) })
    return jobs.map(({ id, retryCount, data }) => ({ id, retryCount, taskId: data.taskId }))
  }

  /** Says that these are still worked on. False when at least one of them no longer is this process's. */
  async touch(jobs: readonly TaskJob[]): Promise<boolean> {
    if (jobs.length === 0) return true
    // The type of the answer is empty in pg-boss 12.35; its documentation promises the count.
    const { affected } = (await this.#boss.touch(name, jobs.map(attemptOf))) as { affected: number }
    return affected === jobs.length
  }

  async complete(tx: Queries, job: TaskJob): Promise<void> {
    await this.#boss.complete(name, attemptOf(job), null, { db: jobsIn(tx) })
  }

  /**
   * Puts every fetched job back. Only for a database that belongs to this process alone, before it fetches: what is
   * being worked on then was lost with the process before.
   */
  async returnAll(): Promise<number> {
    const { rows } = await this.#database.jobs.executeSql(
      `select id from pgboss.job where name = $1 and state = 'active'`,
      [name],
    )
    if (rows.length > 0)
      await this.#boss.fail(
        name,
        rows.map(row => row.id),
        { reason: 'the process ended' },
      )
    return rows.length
  }
}

function attemptOf({ id, retryCount }: TaskJob) {
  return { id, retryCount }
}
