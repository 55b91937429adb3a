import { sql } from 'drizzle-orm'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import type { Database } from '../../src/db/client.ts'
import { startJobs } from '../../src/db/jobs.ts'
import type { DomainEvent } from '../../src/domain-events/domain-events.ts'
import type { Events } from '../../src/domain-events/events.ts'
import type { EventHandler } from '../../src/domain-events/handler.ts'
import { QueuedEvents } from '../../src/domain-events/queued-events.ts'
import { startConch } from '../support/conch.ts'
import { InlineEvents } from '../support/inline-events.ts'
import { openDatabase } from '../support/open-database.ts'

contract('events in queues', async (t, database, handlers) => {
  const app = Fastify({ logger: false })
  const boss = await startJobs(database, error => t.fail(error.message))
  t.teardown(async () => {
    await boss.stop({ graceful: false })
    await app.close()
  })
  return QueuedEvents.open(handlers, { boss, database, logger: app.log })
})
contract('events in line', async (_t, _database, handlers) => new InlineEvents(handlers))

t.test('a server whose events cannot begin stops what it has begun before', async t => {
  const stopped: number[] = []
  class Broken extends InlineEvents {
    override async start(): Promise<void> {
      throw new Error('no events today')
    }
    override async stop(drainMs: number): Promise<void> {
      stopped.push(drainMs)
    }
  }
  await t.rejects(startConch(t, {}, { openEvents: handlers => new Broken(handlers) }), /no events today/)
  t.same(stopped, [0])
})

/** The contract of events, wherever they go. */
function contract(
  name: string,
  open: (t: Test, database: Database, handlers: readonly EventHandler[]) => Promise<Events>,
): void {
  t.test(name, async t => {
    const database = await openDatabase(t)
    await database.queries.execute(sql`create table effects (handler text, task_id text)`)
    const done = new Map<string, () => void>()
    const writes = (handler: string): EventHandler => ({
      name: handler,
      events: ['review.generated'],
      concurrency: 2,
      async handle({ data }, { commit }) {
        const { taskId } = data as { taskId: string }
        await commit(async tx => {
          await tx.execute(sql`insert into effects values (${handler}, ${taskId})`)
        })
        done.get(`${handler} ${taskId}`)?.()
      },
    })
    const other: EventHandler<'quiz.ready'> = {
      ...writes('other'),
      events: ['quiz.ready'],
      async handle() {
        t.fail('this event was never published')
      },
    }
    const events = await open(t, database, [writes('first'), writes('second'), other as EventHandler])
    await events.start()
    t.teardown(() => events.stop(0))
    const effects = async (taskId: string) => {
      const found = await database.queries.execute(
        sql`select handler from effects where task_id = ${taskId} order by 1`,
      )
      return (found as unknown as { rows: { handler: string }[] }).rows.map(({ handler }) => handler)
    }
    const handled = (...names: string[]) =>
      Promise.all(names.map(name => new Promise<void>(resolve => done.set(name, resolve))))

    t.test('an event that is committed has its effects, once with each handler that wants it', async t => {
      const both = handled('first a', 'second a')
      await database.queries.transaction(tx => events.publish(tx, 'trace', [reviewed('a')]))
      await both
      t.same(await effects('a'), ['first', 'second'])
    })

    t.test('an event whose transaction is rolled back has none', async t => {
      await t.rejects(
        database.queries.transaction(async tx => {
          await events.publish(tx, 'trace', [reviewed('b')])
          throw new Error('rolled back')
        }),
        /rolled back/,
      )
      // Were it there, it would come before the next one.
      const both = handled('first c', 'second c')
      await database.queries.transaction(tx => events.publish(tx, 'trace', [reviewed('c')]))
      await both
      t.same(await effects('b'), [])
      t.same(await effects('c'), ['first', 'second'])
    })

    t.test('stopping twice is stopping once', async () => {
      await events.stop(0)
      await events.stop(0)
    })
  })
}

function reviewed(taskId: string): DomainEvent {
  return { name: 'review.generated', data: { taskId, ownerId: 'owner', watched: false } }
}
