import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import type { Transaction } from '../../src/db/client.ts'
import type { TaskRow } from '../../src/tasks/store/rows.ts'
import { type PacedEngine, startPacedEngine } from '../support/paced-engine.ts'

const owner = '01987fff-0000-7000-8000-000000000001'

const signalled: string[] = []
let wakes = 0

let engine: PacedEngine
t.before(async () => {
  const signals = { changed: (id: string) => void signalled.push(id), ask: async () => undefined, listen: () => {} }
  engine = await startPacedEngine(t, { signals })
  const { runner } = engine
  const wake = runner.wake.bind(runner)
  runner.wake = () => {
    wakes++
    wake()
  }
})

t.test('a submission that is rolled back starts nothing; a committed one starts', async t => {
  const { tasks, kind, asked, answer, ended } = engine
  const woken = wakes
  const undone = await rolledBack(tx => tasks.submitIn(tx, kind, owner, {}))
  t.equal(wakes, woken, 'the runner is not woken')
  await t.rejects(tasks.view(undone.id, owner), { code: 'task-not-found' })
  const kept = await engine.database.queries.transaction(tx => tasks.submitIn(tx, kind, owner, {}))
  t.equal(wakes, woken + 1)
  answer(kept.id)
  t.match(await ended(kept), { status: 'completed' })
  t.notOk(asked.includes(undone.id))
})

t.test('a cancellation that is rolled back stops nothing, whether the task runs or waits', async t => {
  const { tasks, answer, ended, whenAsked } = engine
  const [running, waiting] = await chained()
  await whenAsked(running.id)
  await rolledBack(tx => tasks.cancelIn(tx, running.id, owner))
  await rolledBack(tx => tasks.cancelIn(tx, waiting.id, owner))
  t.notOk(signalled.includes(running.id) || signalled.includes(waiting.id), 'no other instance is notified')
  answer(running.id)
  answer(waiting.id)
  t.match(await ended(running), { status: 'completed' })
  t.match(await ended(waiting), { status: 'completed' })
})

t.test('a cancellation that is committed stops the attempt and notifies other instances', async t => {
  const { tasks, database, ended, whenAsked } = engine
  const [running] = await chained()
  await whenAsked(running.id)
  await database.queries.transaction(tx => tasks.cancelIn(tx, running.id, owner))
  t.match(await ended(running), { status: 'cancelled' })
  t.ok(signalled.includes(running.id))
})

t.test('a removal that is rolled back does not touch the attempt and its readers', async t => {
  const { tasks, runner, answer, ended, whenAsked } = engine
  const [running] = await chained()
  await whenAsked(running.id)
  const log = await tasks.log(running.id, owner)
  await rolledBack(tx => tasks.removeIn(tx, [running.id]))
  t.ok(runner.attempt(running.id), 'it still runs')
  t.notOk(log.abandoned)
  t.notOk(signalled.includes(running.id))
  answer(running.id)
  t.match(await ended(running), { status: 'completed' })
})

t.test('a removal that is committed ends the attempt and disconnects its readers', async t => {
  const { tasks, database, runner, whenAsked } = engine
  const [running] = await chained()
  await whenAsked(running.id)
  const log = await tasks.log(running.id, owner)
  await database.queries.transaction(tx => tasks.removeIn(tx, [running.id]))
  t.ok(log.abandoned)
  t.ok(signalled.includes(running.id))
  while (runner.attempt(running.id)) await turn()
})

/** Two new tasks, of which the second waits for the first. */
async function chained(): Promise<[TaskRow, TaskRow]> {
  const { database, tasks, kind } = engine
  const first = await database.queries.transaction(tx => tasks.submitIn(tx, kind, owner, {}))
  const second = await database.queries.transaction(tx => tasks.submitIn(tx, kind, owner, {}, { after: first.id }))
  return [first, second]
}

/** The result of `work`, in a transaction that was rolled back. */
async function rolledBack<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  const rollback = new Error('rolled back')
  let result: T | undefined
  const undone = engine.database.queries.transaction(async tx => {
    result = await work(tx)
    throw rollback
  })
  await undone.catch(error => {
    if (error !== rollback) throw error
  })
  return result as T
}
