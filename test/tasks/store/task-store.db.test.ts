import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { Cipher } from '../../../src/db/encrypted.ts'
import { type NewTask, TaskStore } from '../../../src/tasks/store/task-store.ts'
import { openDatabase } from '../../support/open-database.ts'

const newTask = (more: Partial<NewTask>): NewTask => ({
  id: uuidv7(),
  ownerId: uuidv7(),
  kind: 'test',
  jobId: uuidv7(),
  traceId: '',
  input: {},
  outputs: 1,
  createdAt: new Date(),
  ...more,
})

t.test('many are stored with one statement, each with its own outputs, and given in order', async t => {
  const { queries } = await openDatabase(t)
  const store = new TaskStore(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const created = [3, 1, 2].map(outputs => newTask({ outputs, input: { of: outputs }, traceId: `trace ${outputs}` }))
  const rows = await store.insert(queries, created)
  const ids = created.map(({ id }) => id)
  t.same(
    rows.map(({ id }) => id),
    ids,
  )
  t.same(await store.getAll(queries, ids), new Map(rows.map(row => [row.id, row])), 'as they are in the database')
  t.same(
    Array.from((await store.outputsOf(queries, created)).values(), outputs => outputs.map(({ index }) => index)),
    [[0, 1, 2], [0], [0, 1]],
  )
  t.same(await store.inputs(queries, created), new Map(created.map(({ id, input }) => [id, { value: input }])))
})

t.test('more tasks can be removed at once than a statement has parameters', async t => {
  const { queries } = await openDatabase(t)
  const store = new TaskStore(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const [kept, removed] = [uuidv7(), uuidv7()]
  for (const id of [kept, removed]) {
    await store.insert(queries, [newTask({ id })])
  }
  const ids = [...Array.from({ length: 70_000 }, () => uuidv7()), removed]
  await queries.transaction(async tx => {
    t.match(await store.lockUnfinished(tx, ids), [{ id: removed }])
    await store.remove(tx, ids)
  })
  await t.rejects(store.get(queries, removed), { code: 'task-not-found' })
  t.match(await store.get(queries, kept), { id: kept })
})

t.test('whatever happens, no two tasks of an owner have the same key', async t => {
  const { queries } = await openDatabase(t)
  const store = new TaskStore(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const [mine, another] = [uuidv7(), uuidv7()]
  const insert = (ownerId: string, key: string | undefined) =>
    store.insert(queries, [newTask({ ownerId, digests: key === undefined ? undefined : { key, request: 'request' } })])
  const [task] = await insert(mine, 'key')
  await t.rejects(insert(mine, 'key'), { cause: { code: '23505' } })
  for (const [ownerId, key] of [
    [another, 'key'],
    [mine, 'other'],
    [mine, undefined],
    [mine, undefined],
  ] as const)
    await insert(ownerId, key)
  t.same(await store.findKeyed(queries, mine, 'key'), { task, requestDigest: 'request' })
  t.equal(await store.findKeyed(queries, mine, 'unknown'), undefined)
})
