import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import type { Database } from '../../src/db/client.ts'
import { JobQueue } from '../../src/db/job-queue.ts'
import { startJobs } from '../../src/db/jobs.ts'
import type { DomainEvent } from '../../src/domain-events/domain-events.ts'
import { Outbox } from '../../src/domain-events/outbox.ts'
import { openDatabase } from '../support/open-database.ts'

t.test('events keep their order, also when several processes hand them on at once', async t => {
  const { database, outboxes, publish, queued } = await open(t)
  const published: string[] = []
  for (let round = 0; round < 8; round++) {
    const tasks = Array.from({ length: 150 }, (_, index) => `${round}-${index}`)
    published.push(...tasks)
    await publish(tasks)
    let left = tasks.length
    while (left > 0)
      for (const { handedOn } of await Promise.all(outboxes.map(outbox => outbox.handOn()))) left -= handedOn
  }
  t.same(await queued(database), published)
})

t.test('an event that a handler ignores is not stored for it', async t => {
  const { database, outboxes, publish, queued } = await open(t)
  const [outbox] = outboxes
  await outbox?.subscribe(['turn.completed'], 'events.test', ({ data }) => 'taskId' in data && data.taskId === 'b')
  await publish(['a', 'b', 'c'])
  await outbox?.handOn()
  t.same(await queued(database), ['a', 'c'])
})

function completed(taskId: string): DomainEvent {
  return {
    name: 'turn.completed',
    data: { taskId, ownerId: 'owner', conversationId: 'a', attempt: 1, watched: false },
  }
}

async function open(t: Test) {
  const database = await openDatabase(t)
  const boss = await startJobs(database, error => t.fail(error.message))
  t.teardown(() => boss.stop({ graceful: false }))
  await JobQueue.open('events.test', boss, database, { ordered: true })
  const outboxes = [await Outbox.open(boss, database), await Outbox.open(boss, database)]
  for (const outbox of outboxes) await outbox.subscribe(['turn.completed'], 'events.test')
  return {
    database,
    outboxes,
    async publish(taskIds: readonly string[]) {
      for (const taskId of taskIds)
        await database.queries.transaction(async tx =>
          outboxes[0]?.publish(tx, [{ traceId: 'trace', events: [completed(taskId)] }]),
        )
    },
    /** In the order in which they will be handled. */
    async queued({ queries }: Database): Promise<string[]> {
      const { rows } = (await queries.execute(
        sql`select data -> 'data' ->> 'taskId' as "taskId" from pgboss.job where name = 'events.test' order by created_on, id`,
      )) as unknown as { rows: { taskId: string }[] }
      return rows.map(({ taskId }) => taskId)
    },
  }
}
