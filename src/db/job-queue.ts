import type { SQL } from 'drizzle-orm'
import type { PgBoss } from 'pg-boss'
import { v7 as uuidv7 } from 'uuid'
import { type Database, type JobsDatabase, jobsAside, jobsIn, type Queries } from './client.ts'

/** A process that has not touched its jobs for this long is dead; another takes them. pg-boss's least. */
const heartbeatSeconds = 10

/**
 * Seconds in the past from which a job without a delay is due: a job due as of now would wait whenever the clock is set
 * back. If it is never fetched, it is kept this long after it was sent.
 */
const dueSince = 20 * 365 * 86_400
const dueAtOnce = { startAfter: String(-dueSince), retentionSeconds: 2 * dueSince }

/** A job as fetched: `retryCount` distinguishes this fetch from a later one of the same job. */
export interface Job<Data> {
  id: string
  retryCount: number
  data: Data
  /** The note written when it was last put back; else any value. */
  output?: unknown
}

export interface JobQueueOptions {
  /** Jobs of one key are worked on one at a time, in the order in which they were sent. Every job then needs a key. */
  ordered?: boolean
  /** Wait before a failed or lost job is tried again: this long, doubling up to `maxRetryDelaySeconds`, with jitter. */
  retryDelaySeconds?: number
  maxRetryDelaySeconds?: number
}

/**
 * A queue of jobs that carry ids and nothing else. Sending and completing happen inside the caller's transactions.
 *
 * Not pg-boss's `work()`, which polls once per worker: a user of the queue fetches as many jobs as fit. Users also
 * count the tries, so the queue's own limit must never be reached: a job that pg-boss failed for good would hold its
 * key's others for ever.
 */
export class JobQueue<Data extends object> {
  readonly name: string
  readonly #boss: PgBoss
  readonly #database: Database
  /** Heartbeats that are being written, and completions. */
  #touching: Promise<unknown> = Promise.resolve()
  readonly #completing = new Set<Promise<unknown>>()

  readonly #ordered: boolean

  private constructor(name: string, boss: PgBoss, database: Database, ordered: boolean) {
    this.name = name
    this.#ordered = ordered
    this.#boss = boss
    this.#database = database
  }

  static async open<Data extends object>(
    name: string,
    boss: PgBoss,
    database: Database,
    { ordered = false, retryDelaySeconds = 0, maxRetryDelaySeconds }: JobQueueOptions = {},
  ): Promise<JobQueue<Data>> {
    const options = {
      // The embedded database belongs to one process: the next start finds lost jobs, and a process that is merely busy
      // must not lose its jobs to itself.
      ...(database.backend === 'postgres' && { heartbeatSeconds }),
      retryLimit: 1000,
      retryDelay: retryDelaySeconds,
      ...(retryDelaySeconds > 0 && { retryBackoff: true, retryDelayMax: maxRetryDelaySeconds }),
      expireInSeconds: 86_399,
      retentionSeconds: 365 * 86_400,
      deleteAfterSeconds: 3600,
    }
    await boss.createQueue(name, { ...options, ...(ordered && { policy: 'key_strict_fifo' }) })
    await boss.updateQueue(name, options)
    // pg-boss reads the queue's row at its first use, on a connection of its own. Inside a transaction of the embedded
    // database, which has one connection, that would wait for ever: so it is read now.
    await boss.touch(name, uuidv7())
    return new JobQueue(name, boss, database, ordered)
  }

  async send(
    tx: Queries,
    data: Data,
    { id = uuidv7(), key, delaySeconds = 0 }: { id?: string; key?: string; delaySeconds?: number } = {},
  ): Promise<void> {
    const due = delaySeconds > 0 ? { startAfter: delaySeconds } : dueAtOnce
    await this.#boss.send(this.name, data, { id, singletonKey: key, ...due, db: jobsIn(tx) })
  }

  /** The statement that sends jobs, to be embedded in another one. */
  async sending(jobs: readonly { id: string; data: Data }[]): Promise<SQL> {
    let sending: SQL | undefined
    const db = jobsAside(
      statement => {
        if (sending) throw new Error(`${this.name}: jobs are no longer sent with one statement`)
        sending = statement
      },
      jobs.map(({ id }) => ({ id })),
    )
    await this.#boss.insert(
      this.name,
      jobs.map(job => ({ ...job, ...dueAtOnce })),
      { db },
    )
    if (!sending) throw new Error(`${this.name}: jobs are no longer sent with a statement`)
    return sending
  }

  /**
   * Sends jobs to a queue that may be another process's, in one statement; they keep their order. Answers their ids.
   */
  static async sendAll(
    boss: PgBoss,
    tx: Queries,
    name: string,
    jobs: readonly { data: object; key?: string }[],
  ): Promise<string[]> {
    if (jobs.length === 0) return []
    // Jobs of one statement are ordered by their ids, which grow in the order in which they are made.
    const rows = jobs.map(({ data, key }) => ({ id: uuidv7(), data, singletonKey: key, ...dueAtOnce }))
    await boss.insert(name, rows, { db: jobsIn(tx) })
    return rows.map(({ id }) => id)
  }

  /** Fetches up to `limit` jobs, the oldest first. Of those with the same age, as of one transaction, ids say the order. */
  async fetch(tx: Queries, limit: number): Promise<Job<Data>[]> {
    // An ordered queue has one job for each key to fetch, and pg-boss decides by ids which one. There this would only cost: a job
    // that is due again at once would always be found before the others.
    const db = this.#ordered ? jobsIn(tx) : oldestFirst(this.name, jobsIn(tx))
    const jobs = await this.#boss.fetch<Data>(this.name, { batchSize: limit, includeMetadata: true, db })
    // pg-boss returns them in any order.
    return jobs.sort(byAge)
  }

  /** Renews the heartbeat of these jobs. False when at least one of them no longer is this process's. */
  async touch(jobs: readonly Job<Data>[]): Promise<boolean> {
    if (jobs.length === 0) return true
    const touched = Promise.allSettled(this.#completing).then(() =>
      this.#boss.touch(this.name, jobs.map(attemptOf), { db: this.#database.heartbeats }),
    )
    this.#touching = touched.catch(() => {})
    // The type of the answer is empty in pg-boss 12.35; its documentation promises the count.
    const { affected } = (await touched) as { affected: number }
    return affected === jobs.length
  }

  /** False, with nothing done, when the job no longer is this process's. */
  complete(tx: Queries, job: Job<Data>): Promise<boolean> {
    return this.completeAll(tx, [job])
  }

  /**
   * Completes jobs. False when at least one of them no longer is this process's: a caller must not commit then.
   *
   * Waits while these jobs' heartbeat is being written: each of the two statements locks many of the same rows, in an
   * order of its own, so they could deadlock. Afterwards the heartbeat may wait for the transaction, which locks no
   * more of these rows: so this should be its last statement.
   */
  async completeAll(tx: Queries, jobs: readonly Job<Data>[]): Promise<boolean> {
    await this.#touching
    const completed = this.#boss.complete(this.name, jobs.map(attemptOf), null, { db: jobsIn(tx) })
    this.#completing.add(completed)
    try {
      const { affected } = (await completed) as { affected: number }
      return affected === jobs.length
    } finally {
      this.#completing.delete(completed)
    }
  }

  /** Puts a job back, to be tried again after the queue's delay. Its next fetch has `note` as its output. */
  async retry(tx: Queries, job: Job<Data>, note: object | null = null): Promise<void> {
    await this.#boss.fail(this.name, attemptOf(job), note, { db: jobsIn(tx) })
  }

  /**
   * Puts a job back, to be fetched again after `delayMs`, as if it had not been fetched: with the same `retryCount` and
   * note. Others of its key stay behind it. Nothing happens when the job no longer is this process's.
   *
   * In SQL of our own, since pg-boss's own ways back either count (`fail`) or let the others of the key pass
   * (`restore`).
   */
  async postpone(tx: Queries, job: Job<Data>, delayMs: number): Promise<void> {
    await jobsIn(tx).executeSql(
      `update pgboss.job
       set state = 'retry', started_on = null, heartbeat_on = null,
           start_after = pgboss.job_now() + $4::float8 * interval '1 millisecond'
       where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3::int`,
      [this.name, job.id, job.retryCount, delayMs],
    )
  }

  /**
   * Puts every fetched job back. Only for a database that belongs to this process alone, before it fetches: all active
   * jobs were lost with the process before.
   */
  async returnAll(): Promise<number> {
    const { rows } = await this.#database.jobs.executeSql(
      `select id from pgboss.job where name = $1 and state = 'active'`,
      [this.name],
    )
    if (rows.length > 0)
      await this.#boss.fail(
        this.name,
        rows.map(row => row.id),
        { reason: 'the process ended' },
      )
    return rows.length
  }
}

/** The end of pg-boss's order, behind which nothing decides between jobs of the same age. */
const byAgeOnly = /order by j\.priority desc, j\.created_on(?=\s+limit )/i

/**
 * Lets pg-boss fetch jobs of the same age in the order of their ids. By itself it takes any of them, up to its limit: the
 * rest would come later, behind younger ones. Such jobs are many: the clock of the embedded database has milliseconds, and all
 * jobs of one transaction have the same age.
 */
function oldestFirst(name: string, { executeSql }: JobsDatabase): JobsDatabase {
  return {
    executeSql(text, values) {
      if (!byAgeOnly.test(text)) throw new Error(`${name}: jobs are no longer fetched in a known order`)
      return executeSql(
        text.replace(byAgeOnly, order => `${order}, j.id`),
        values,
      )
    },
  }
}

/** As the database orders them, which knows microseconds: `Date` has the milliseconds, the text all of it. */
function byAge(a: JobAsFetched, b: JobAsFetched): number {
  // Drizzle passes times on as Postgres writes them, whatever pg-boss's types say.
  const [timeA, timeB] = [String(a.createdOn), String(b.createdOn)]
  return Date.parse(timeA) - Date.parse(timeB) || compared(timeA, timeB) || compared(a.id, b.id)
}

interface JobAsFetched {
  id: string
  createdOn: Date | string
}

function compared(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function attemptOf({ id, retryCount }: Job<object>) {
  return { id, retryCount }
}
