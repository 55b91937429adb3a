import { sql } from 'drizzle-orm'
import Fastify from 'fastify'
import type { PgBoss } from 'pg-boss'
import type { Test } from 'tap'
import type { Database } from '../../src/db/client.ts'
import { startJobs } from '../../src/db/jobs.ts'
import type { DomainEvent } from '../../src/domain-events/domain-events.ts'
import type { BatchHandler, EventHandler, SingleHandler } from '../../src/domain-events/handler.ts'
import { QueuedEvents } from '../../src/domain-events/queued-events.ts'
import { briefly } from './briefly.ts'
import { openDatabase } from './open-database.ts'

type Turns = SingleHandler<'turn.completed'>

/** A handler of `turn.completed` on a database of its own, with a table for its effects. */
export function handling(
  t: Test,
  { handle, concurrency = 1, log }: Pick<Turns, 'handle'> & { concurrency?: number; log?: string[] },
) {
  return started(t, { name: 'test', events: ['turn.completed'], concurrency, handle }, log)
}

/** As `handling`, for a handler that takes many events at once. */
export function handlingBatches(t: Test, batches: Pick<BatchHandler<'turn.completed'>, 'handleAll' | 'batchSize'>) {
  return started(t, { name: 'test', events: ['turn.completed'], ...batches })
}

async function started(t: Test, handler: EventHandler<'turn.completed'>, log: string[] = []) {
  const app = Fastify({ logger: { level: 'warn', stream: { write: line => void log.push(line) } } })
  const database = await openDatabase(t)
  await database.queries.execute(sql`create table effects (value int)`)
  const boss: PgBoss = await startJobs(database, error => t.fail(error.message))
  const events = await QueuedEvents.open([handler as EventHandler], { boss, database, logger: app.log })
  await events.start()
  t.teardown(async () => {
    await events.stop(0)
    await boss.stop({ graceful: false })
    await app.close()
  })
  return {
    events,
    handler: handler as EventHandler,
    logger: app.log,
    database,
    boss,
    async publish(conversationId: string, taskId: string) {
      await database.queries.transaction(tx => events.publish(tx, 'trace', [completed(conversationId, taskId)]))
    },
    /** In one transaction, each of a conversation of its own. */
    async publishAll(taskIds: readonly string[]) {
      const all = taskIds.map(id => completed(id, id))
      await database.queries.transaction(tx => events.publish(tx, 'trace', all))
    },
    /** Makes waits before another try pass at once, until the returned function is called. */
    skipWaits() {
      let going = true
      const loop = (async () => {
        while (going) {
          // Only jobs that still wait: a row that is rewritten again and again is locked whenever a runner wants to
          // take it.
          await database.queries.execute(sql`
            update pgboss.job set start_after = now()
            where name = 'events.test' and state = 'retry' and start_after > now()`)
          events.wake()
          await briefly()
        }
      })()
      return async () => {
        going = false
        await loop
      }
    },
  }
}

export async function rows(database: Database, query: ReturnType<typeof sql>): Promise<Record<string, unknown>[]> {
  return ((await database.queries.execute(query)) as unknown as { rows: Record<string, unknown>[] }).rows
}

function completed(conversationId: string, taskId: string): DomainEvent {
  return { name: 'turn.completed', data: { taskId, ownerId: 'owner', conversationId, attempt: 1, watched: false } }
}
