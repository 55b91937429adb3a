import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { Cipher } from '../../src/db/encrypted.ts'
import { TaskStore } from '../../src/tasks/store.ts'
import { openDatabase } from '../support/open-database.ts'

t.test('more tasks can be removed at once than a statement has parameters', async t => {
  const { queries } = await openDatabase(t)
  const store = new TaskStore(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const [kept, removed] = [uuidv7(), uuidv7()]
  for (const id of [kept, removed]) {
    const task = {
      id,
      ownerId: uuidv7(),
      kind: 'test',
      jobId: uuidv7(),
      traceId: '',
      input: {},
      outputs: 1,
      createdAt: new Date(),
    }
    await store.insert(queries, [task])
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
    store.insert(queries, [
      {
        id: uuidv7(),
        ownerId,
        kind: 'test',
        jobId: uuidv7(),
        traceId: '',
        input: {},
        outputs: 1,
        createdAt: new Date(),
        digests: key === undefined ? undefined : { key, request: 'request' },
      },
    ])
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
