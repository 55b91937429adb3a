import { type Database, jobsIn } from '../db/client.ts'
import { queueOf } from './handler.ts'
import { outboxQueue } from './outbox.ts'

/** The numbers of events in a queue, in all processes. */
export interface Backlog {
  /** Not yet tried. */
  waiting: number
  /** Failed, and waiting for another try. */
  retrying: number
  /** Being handled. */
  active: number
  /**
   * Age of the oldest of all these; null if there are none. Less than 0 if the clock was set back: that is shown on
   * purpose.
   */
  oldestSeconds: number | null
}

export interface Backlogs {
  /** Transactions whose events are not yet in the queues of their handlers. */
  outbox: Backlog
  /** By name of the handler. */
  handlers: ReadonlyMap<string, Backlog>
}

/**
 * Counts the unfinished events in one query, whose cost grows with their number and not with that of finished ones:
 * each of its halves uses an index of pg-boss. The outbox shows no active jobs: it is emptied in one transaction.
 */
export async function backlogs(database: Database, handlers: readonly string[]): Promise<Backlogs> {
  const { rows } = await jobsIn(database.queries).executeSql(
    `select name, state, count(*)::int as jobs, extract(epoch from now() - min(created_on))::int as age
     from (
       select name, state, created_on from pgboss.job
       where name = any($1::text[]) and state < 'active' and not blocked
       union all
       select name, state, created_on from pgboss.job
       where name = any($1::text[]) and state = 'active' and policy = 'key_strict_fifo'
     ) as left_to_do
     group by name, state`,
    [[outboxQueue, ...handlers.map(queueOf)]],
  )
  const found = rows as { name: string; state: 'created' | 'retry' | 'active'; jobs: number; age: number }[]
  const of = (queue: string): Backlog => {
    const states = found.filter(({ name }) => name === queue)
    const jobs = (wanted: string) => states.find(({ state }) => state === wanted)?.jobs ?? 0
    return {
      waiting: jobs('created'),
      retrying: jobs('retry'),
      active: jobs('active'),
      oldestSeconds: states.length > 0 ? Math.max(...states.map(({ age }) => age)) : null,
    }
  }
  return { outbox: of(outboxQueue), handlers: new Map(handlers.map(name => [name, of(queueOf(name))])) }
}
