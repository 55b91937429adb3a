import { sql } from 'drizzle-orm'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../../src/db/client.ts'
import { startJobs } from '../../src/db/jobs.ts'
import type { TaskEnded } from '../../src/domain-events/domain-events.ts'
import type { BatchHandler, EventHandler } from '../../src/domain-events/handler.ts'
import { QueuedEvents } from '../../src/domain-events/queued-events.ts'
import { collectStatistics } from '../../src/statistics/collect.ts'
import { size } from '../../src/statistics/histogram.ts'
import { readStatistics } from '../../src/statistics/store.ts'
import { allOwners } from '../../src/statistics/tally.ts'
import { briefly } from '../support/briefly.ts'
import { rows } from '../support/handling.ts'
import { openDatabase } from '../support/open-database.ts'

const [one, other] = [uuidv7(), uuidv7()]
const period = { from: '2026-11-01', to: '2026-11-30' }

const output = { status: 'completed', inputTokens: 100, outputTokens: 10, firstTokenMs: 500, retries: 0 } as const

t.test('ends are counted by day, owner and kind, and for all owners together', async t => {
  const { publish, counted, database } = await collecting(t)
  await publish([
    ended({
      ownerId: one,
      outputs: [output, { ...output, status: 'failed', outputTokens: 0, firstTokenMs: null, retries: 3 }],
      status: 'incomplete',
      lostAttempts: 2,
    }),
    ended({ ownerId: one, ends: 2, outputs: [output] }),
    ended({ ownerId: one, endedAt: '2026-11-25T00:00:00.000Z', totalMs: null, status: 'cancelled', outputs: [] }),
    ended({ ownerId: other, outputs: [{ ...output, inputTokens: 2_000_000_000 }] }),
    ended({ ownerId: other, outputs: [{ ...output, inputTokens: 2_000_000_000 }] }),
    ended({ ownerId: other, kind: 'quiz' }),
  ])
  await counted()
  const read = (ownerId: string, kind?: string) => readStatistics(database.queries, { ...period, ownerId, kind })
  const [first, second, ...more] = await read(one)
  t.same(more, [])
  t.match(first, {
    day: '2026-11-24',
    kind: 'record',
    tasks: 1,
    rewrites: 1,
    completed: 1,
    incomplete: 1,
    failed: 0,
    cancelled: 0,
    outputsCompleted: 2,
    outputsFailed: 1,
    inputTokens: 300,
    outputTokens: 20,
    retries: 3,
    lostAttempts: 2,
  })
  t.same([size(first?.firstToken ?? []), size(first?.total ?? [])], [2, 2])
  t.match(second, { day: '2026-11-25', tasks: 1, cancelled: 1, outputsCompleted: 0 })
  t.same([size(second?.firstToken ?? []), size(second?.total ?? [])], [0, 0])
  t.match(await read(other), [
    { kind: 'quiz', tasks: 1 },
    { kind: 'record', tasks: 2, inputTokens: 4_000_000_000 },
  ])
  t.match(await read(other, 'quiz'), [{ kind: 'quiz' }])
  t.match(await read(allOwners), [
    { day: '2026-11-24', kind: 'quiz', tasks: 1 },
    { day: '2026-11-24', kind: 'record', tasks: 3, rewrites: 1, inputTokens: 4_000_000_300, outputTokens: 40 },
    { day: '2026-11-25', kind: 'record', tasks: 1 },
  ])
})

t.test('each end is counted once, though the handler dies after its write, or loses its jobs to another', async t => {
  const faults: string[] = []
  const { publish, counted, database } = await collecting(t, handler => ({
    ...handler,
    async handleAll(events, work) {
      if (faults.length === 1) {
        faults.push(`lost: ${events.length}`)
        await work.queries.execute(sql`
          update pgboss.job set state = 'retry', retry_count = retry_count + 1
          where name = 'events.statistics' and state = 'active'`)
      }
      await handler.handleAll(events, {
        ...work,
        commit: write =>
          work.commit(async tx => {
            await write(tx)
            if (faults.length > 0) return
            faults.push(`rolled back: ${events.length}`)
            throw new Error('in the middle of it')
          }),
      })
    },
  }))
  const ends = Array.from({ length: 7 }, (_, index) => ended({ ownerId: index % 2 ? one : other, outputs: [output] }))
  await publish(ends)
  await counted()
  t.same(faults, ['rolled back: 7', 'lost: 1'])
  const tasksOf = async (ownerId: string) => readStatistics(database.queries, { ...period, ownerId })
  t.match(await tasksOf(one), [{ tasks: 3, outputsCompleted: 3, outputTokens: 30 }])
  t.match(await tasksOf(other), [{ tasks: 4, outputsCompleted: 4, outputTokens: 40 }])
  const [all] = await tasksOf(allOwners)
  t.match(all, { tasks: 7, outputTokens: 70 })
  t.same([size(all?.firstToken ?? []), size(all?.total ?? [])], [7, 7])

  await publish(ends)
  await counted()
  t.match(await tasksOf(allOwners), [{ tasks: 14, outputTokens: 140 }], 'and later ends are added')
})

function ended(facts: Partial<TaskEnded>): TaskEnded {
  return {
    taskId: uuidv7(),
    ownerId: one,
    kind: 'record',
    attempt: 1,
    status: 'completed',
    watched: false,
    endedAt: '2026-11-24T23:59:59.999Z',
    ends: 1,
    totalMs: 1_500,
    lostAttempts: 0,
    outputs: [output],
    ...facts,
  }
}

/** The handler, as `change` makes it, on a database of its own. */
async function collecting(
  t: Test,
  change: (handler: BatchHandler<'task.ended'>) => BatchHandler<'task.ended'> = handler => handler,
) {
  const app = Fastify()
  const database: Database = await openDatabase(t)
  const boss = await startJobs(database, error => t.fail(error.message))
  const events = await QueuedEvents.open([change(collectStatistics) as EventHandler], {
    boss,
    database,
    logger: app.log,
  })
  await events.start()
  t.teardown(async () => {
    await events.stop(0)
    await boss.stop({ graceful: false })
    await app.close()
  })
  return {
    database,
    async publish(ends: readonly TaskEnded[]) {
      const published = ends.map(data => ({ name: 'task.ended' as const, data }))
      await database.queries.transaction(tx => events.publish(tx, 'trace', published))
    },
    /** Resolves once no event waits to be handled. */
    async counted() {
      for (;;) {
        const [left] = await rows(
          database,
          sql`
          select count(*)::int as jobs from pgboss.job
          where state < 'completed' and name in ('outbox', 'events.statistics')`,
        )
        if (left?.jobs === 0) return
        await briefly()
      }
    },
  }
}
