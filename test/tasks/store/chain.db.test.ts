import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import type { TaskRow } from '../../../src/tasks/store/rows.ts'
import { openDatabase } from '../../support/open-database.ts'
import { type PacedEngine, startPacedEngine } from '../../support/paced-engine.ts'

const owner = '01987fff-0000-7000-8000-000000000001'

let engine: PacedEngine
t.before(async () => {
  engine = await startPacedEngine(t)
})

t.test('each task begins when the one before has ended, in their order', async t => {
  const { asked, whenAsked, answer, ended } = engine
  const chain = await submitChain(3)
  const [first, second, third] = chain
  for (const { id } of chain) answer(id)
  for (const task of chain) t.match(await ended(task), { status: 'completed', attempt: 1 })
  t.same(
    asked.filter(id => chain.some(task => task.id === id)),
    [first.id, second.id, third.id],
  )
  await whenAsked(third.id)
})

t.test('a waiting task has no job, and is seen as queued', async t => {
  const { tasks, answer, whenAsked, ended } = engine
  const [first, second] = await submitChain(2)
  await whenAsked(first.id)
  t.match(await tasks.view(second.id, owner), { status: 'queued', stage: 'queued', attempt: 0 })
  t.notOk(await hasJob(second))
  answer(first.id)
  answer(second.id)
  await ended(second)
  t.ok(await hasJob(second))
})

t.test('a task that joins behind an ended one begins at once', async t => {
  const { answer, ended } = engine
  const [first] = await submitChain(1)
  answer(first.id)
  await ended(first)
  const late = await join(first)
  answer(late.id)
  t.match(await ended(late), { status: 'completed' })
})

t.test('a task that joins while the last one ends begins, and once', async t => {
  const { asked, answer, ended, whenAsked } = engine
  for (let round = 0; round < 30; round++) {
    const [first] = await submitChain(1)
    await whenAsked(first.id)
    const joining = join(first)
    if (round % 2 === 0) await turn()
    answer(first.id)
    const second = await joining
    answer(second.id)
    t.match(await ended(second), { status: 'completed', attempt: 1 })
    t.equal(asked.filter(id => id === second.id).length, 1)
  }
})

t.test('cancelled while it waits: the task behind it waits for the one before', async t => {
  const { tasks, asked, answer, whenAsked, ended } = engine
  const [first, second, third] = await submitChain(3)
  await whenAsked(first.id)
  t.match(await tasks.cancel(second.id, owner), { status: 'cancelled', attempt: 0 })
  t.match(await tasks.view(third.id, owner), { status: 'queued' })
  answer(first.id)
  answer(third.id)
  t.match(await ended(third), { status: 'completed' })
  t.match(await tasks.view(second.id, owner), { status: 'cancelled' })
  t.notOk(asked.includes(second.id))
})

t.test('the last of a chain is cancelled while it waits: the next one joins behind the one before', async t => {
  const { tasks, answer, whenAsked, ended } = engine
  const [first, second] = await submitChain(2)
  await whenAsked(first.id)
  await tasks.cancel(second.id, owner)
  const third = await join(first)
  t.match(await tasks.view(third.id, owner), { status: 'queued' })
  answer(first.id)
  answer(third.id)
  t.match(await ended(third), { status: 'completed' })
})

t.test('cancelled while it runs: the next one begins', async t => {
  const { tasks, answer, whenAsked, ended } = engine
  const [first, second] = await submitChain(2)
  await whenAsked(first.id)
  await tasks.cancel(first.id, owner)
  answer(second.id)
  t.match(await ended(first), { status: 'cancelled' })
  t.match(await ended(second), { status: 'completed' })
})

t.test('removed while it waits: the task behind it waits for the one before', async t => {
  const { tasks, asked, answer, whenAsked, ended } = engine
  const [first, second, third] = await submitChain(3)
  await whenAsked(first.id)
  t.ok(await tasks.remove(second.id, owner, 'test'))
  t.match(await tasks.view(third.id, owner), { status: 'queued' })
  answer(first.id)
  answer(third.id)
  t.match(await ended(third), { status: 'completed' })
  t.notOk(asked.includes(second.id))
})

t.test('removed while it runs: the next one begins', async t => {
  const { tasks, answer, whenAsked, ended } = engine
  const [first, second] = await submitChain(2)
  await whenAsked(first.id)
  t.ok(await tasks.remove(first.id, owner, 'test'))
  answer(second.id)
  t.match(await ended(second), { status: 'completed' })
})

t.test('several at once are removed, the running one among them: the next one begins, alone', async t => {
  const { tasks, database, asked, answer, whenAsked, ended } = engine
  const [first, second, third, fourth] = await submitChain(4)
  await whenAsked(first.id)
  const gone = [second.id, first.id, third.id]
  await database.queries.transaction(tx => tasks.removeIn(tx, gone))
  answer(fourth.id)
  t.match(await ended(fourth), { status: 'completed' })
  t.notOk(asked.includes(second.id) || asked.includes(third.id))
})

t.test(
  'two waiting tasks are cancelled at the same time: the task behind them still waits for the one before',
  async t => {
    const { tasks, answer, whenAsked, ended } = engine
    for (let round = 0; round < 20; round++) {
      const [first, second, third, fourth] = await submitChain(4)
      await whenAsked(first.id)
      await Promise.all([second, third].map(({ id }) => tasks.cancel(id, owner)))
      t.notOk(await hasJob(fourth))
      answer(first.id)
      answer(fourth.id)
      t.match(await ended(fourth), { status: 'completed' })
    }
  },
)

t.test('an ended one that is retried does not begin the next one again', async t => {
  const { tasks, asked, answer, ended } = engine
  const [first, second] = await submitChain(2)
  answer(first.id)
  answer(second.id)
  await ended(second)
  await tasks.retryOutput(first.id, owner, 0)
  t.match(await ended(first), { status: 'completed', attempt: 2 })
  t.match(await tasks.view(second.id, owner), { status: 'completed', attempt: 1 })
  t.equal(asked.filter(id => id === second.id).length, 1)
})

t.test('one that is given back by a process that stops keeps its place', async t => {
  const database = await openDatabase(t)
  const before = await startPacedEngine(t, { database })
  const [first, second] = await submitChain(2, before)
  await before.whenAsked(first.id)
  await before.stop()
  t.same(before.asked, [first.id])
  const after = await startPacedEngine(t, { database })
  after.answer(first.id)
  after.answer(second.id)
  t.match(await after.ended(second), { status: 'completed', attempt: 1 })
  t.match(await after.ended(first), { status: 'completed', attempt: 2 })
  t.same(after.asked, [first.id, second.id])
})

t.test('whatever happens to its members meanwhile, none is forgotten and none begins twice', async t => {
  const { tasks, asked, answer, ended } = engine
  for (let round = 0; round < 10; round++) {
    const chain = await submitChain(8)
    const gone = new Set<TaskRow>()
    const fates = chain.map(async (task, index) => {
      for (let turns = (index * 7 + round * 3) % 11; turns > 0; turns--) await turn()
      const fate = (index + round) % 4
      if (fate === 0) await tasks.cancel(task.id, owner)
      else if (fate === 1) {
        gone.add(task)
        t.ok(await tasks.remove(task.id, owner, 'test'))
      } else answer(task.id)
    })
    await Promise.all(fates)
    for (const task of chain) {
      if (gone.has(task)) await t.rejects(tasks.view(task.id, owner), { code: 'task-not-found' })
      else t.match(await ended(task), { status: /completed|cancelled/ })
      t.ok(asked.filter(id => id === task.id).length <= 1)
    }
  }
})

type Tasks = [TaskRow, TaskRow, TaskRow, TaskRow, ...TaskRow[]]

/** So many tasks, each of which waits for the one before. */
async function submitChain(count: number, on = engine): Promise<Tasks> {
  const chain: TaskRow[] = []
  while (chain.length < count) chain.push(await join(chain.at(-1), on))
  return chain as Tasks
}

async function hasJob({ jobId }: TaskRow): Promise<boolean> {
  const { rows } = await engine.database.jobs.executeSql('select id from pgboss.job where id = $1', [jobId])
  return rows.length > 0
}

/** A new task behind this one. */
async function join(after: TaskRow | undefined, { tasks, kind, database } = engine): Promise<TaskRow> {
  return database.queries.transaction(tx => tasks.submitIn(tx, kind, owner, {}, { after: after?.id }))
}
