import { sql } from 'drizzle-orm'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { fixedBound } from '../../../src/ai/text-bound.ts'
import type { Database } from '../../../src/db/client.ts'
import { DatabaseUnavailable } from '../../../src/db/faults.ts'
import type { TaskKind } from '../../../src/tasks/kind.ts'
import { AttemptFinalizer, type AttemptFinalizerOptions } from '../../../src/tasks/run/finalizer.ts'
import type { EndingTask } from '../../../src/tasks/store/task-store.ts'
import { testDatabaseUrl } from '../../support/database.ts'
import { startEngine } from '../../support/engine.ts'
import { openDatabase } from '../../support/open-database.ts'
import { settableClock } from '../../support/settable-clock.ts'

const turn = () => new Promise(setImmediate)

const owner = '01987fff-0000-7000-8000-000000000001'

/** An engine whose tasks all end at once. */
async function endingTogether(t: Test, tasks: number, save: (nth: number) => Promise<void> = async () => {}) {
  const answer = Promise.withResolvers<void>()
  const database = await openDatabase(t)
  let asked = 0
  const allAsked = Promise.withResolvers<void>()
  const engine = await startEngine(t, {
    database,
    kind: {
      async save(_tx, ended) {
        for (const { id } of ended) await save(ids.indexOf(id))
      },
    },
    async beforeAnswer() {
      asked++
      if (asked === tasks) allAsked.resolve()
      await answer.promise
    },
  })
  const batches: string[][] = []
  const end = engine.store.end.bind(engine.store)
  engine.store.end = (tx, ending: readonly EndingTask[], options) => {
    batches.push(ending.map(({ taskId }) => taskId))
    return end(tx, ending, options)
  }
  const ids: string[] = []
  for (let nth = 0; nth < tasks; nth++) ids.push((await engine.tasks.submit(engine.kind, owner, {})).task.id)
  await allAsked.promise
  return {
    ...engine,
    ids,
    batches,
    answer: () => answer.resolve(),
    view: (id: string) => engine.ended({ id, ownerId: owner }),
  }
}

t.test('tasks that end at the same time are saved in one transaction, each with its own text', async t => {
  const { answer, view, batches, ids } = await endingTogether(t, 6)
  answer()
  for (const id of ids) t.match(await view(id), { status: 'completed', attempt: 1, outputs: [{ text: 'text' }] })
  t.same(
    batches.map(({ length }) => length),
    [6],
  )
  t.same(batches.flat(), ids)
})

t.test('each kind keeps all its tasks at once, and the facts of each are published with its request', async t => {
  const kept: string[][] = []
  const kindOf = (name: string): TaskKind => ({
    name,
    input: Type.Object({}),
    outputs: () => 1,
    prompt: (_input, _output, { id }) => [{ role: 'user', content: id }],
    bound: () => fixedBound(10_000),
    save: async (_tx, ended) => void kept.push([name, ...ended.map(({ id }) => id).sort()]),
    facts: ({ id: taskId, ownerId }) => [{ name: 'review.generated', data: { taskId, ownerId, watched: false } }],
  })
  const kinds = [kindOf('one'), kindOf('other')] as const
  const answer = Promise.withResolvers<void>()
  const engine = await startEngine(t, { kind: kinds[0], otherKinds: [kinds[1]], beforeAnswer: () => answer.promise })
  const submitted = await Promise.all(
    [0, 1, 2, 3].map(async nth => {
      const [ownerId, traceId] = [`01987fff-0000-7000-8000-00000000000${nth}`, `trace ${nth}`]
      const { task } = await engine.tasks.submit(kinds[nth % 2 === 0 ? 0 : 1], ownerId, {}, { traceId })
      return task
    }),
  )
  while (submitted.some(({ id }) => !engine.runner.attempt(id))) await turn()
  answer.resolve()
  for (const task of submitted) t.match(await engine.ended(task), { status: 'completed' })
  t.same(
    kept.sort(),
    ['one', 'other'].map(name => [
      name,
      ...submitted
        .filter(({ kind }) => kind === name)
        .map(({ id }) => id)
        .sort(),
    ]),
  )
  for (const { id, ownerId, traceId } of submitted) {
    const own = engine.published.filter(published => published.traceId === traceId)
    t.match(own, [{ events: [{ name: 'review.generated', data: { taskId: id, ownerId } }] }])
    t.equal(own.length, 1)
  }
})

t.test('a task that its kind cannot save does not prevent the others', async t => {
  const { answer, view, ids } = await endingTogether(t, 6, async nth => {
    if (nth === 4) throw new TypeError('a mistake of ours')
  })
  answer()
  for (const [nth, id] of ids.entries())
    t.match(await view(id), nth === 4 ? { status: 'failed', error: { code: 'not-saved' } } : { status: 'completed' })
})

t.test('a task that has a newer attempt is not saved; the others are', async t => {
  const { answer, view, ids, database, store, tasks } = await endingTogether(t, 6)
  const moved = ids[3] as string
  await database.queries.execute(sql`update tasks set attempt = 2 where id = ${moved}`)
  answer()
  for (const id of ids) if (id !== moved) t.match(await view(id), { status: 'completed' })
  t.match(await tasks.view(moved, owner), { status: 'running', attempt: 2 })
  t.equal((await store.outputsOf(database.queries, [{ id: moved, ownerId: owner }])).get(moved)?.[0]?.text, '')
})

t.test(
  'a task whose row another transaction has locked is saved alone',
  { skip: testDatabaseUrl ? false : 'one connection' },
  async t => {
    const { answer, view, ids, database, log } = await endingTogether(t, 6)
    const held = ids[4] as string
    await database.queries.transaction(async tx => {
      await tx.execute(sql`select id from tasks where id = ${held} for update`)
      answer()
      for (const id of ids) if (id !== held) t.match(await view(id), { status: 'completed' })
    })
    t.match(await view(held), { status: 'completed', attempt: 1 })
    t.notOk(
      log.some(line => line.includes('could not be saved together')),
      'the others did not wait for it',
    )
  },
)

t.test('once the process no longer waits for the database, an end is tried once, alone', async t => {
  let tries = 0
  const transaction = async () => {
    tries++
    throw new DatabaseUnavailable(new Error('away'))
  }
  const database = { queries: { transaction } } as unknown as Database
  const logger = Fastify().log
  const finalizer = new AttemptFinalizer({ database, logger } as AttemptFinalizerOptions)
  finalizer.giveUp()
  await t.rejects(
    finalizer.save({ task: { id: 'id' } } as Parameters<AttemptFinalizer['save']>[0]),
    DatabaseUnavailable,
  )
  t.equal(tries, 1)
})

t.test('the duration of a task is unknown when the clock was set back meanwhile', async t => {
  const clock = settableClock(t)
  const { answer, view, published, ids } = await endingTogether(t, 1)
  clock.set(-9 * 3_600_000)
  answer()
  await view(ids[0] as string)
  const ended = published.flatMap(({ events }) => events).find(({ name }) => name === 'task.ended')
  t.match(ended, { data: { status: 'completed', totalMs: null, outputs: [{ firstTokenMs: null }] } })
})
