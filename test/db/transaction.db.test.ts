import { sql } from 'drizzle-orm'
import t from 'tap'
import { openDatabase } from '../support/open-database.ts'

t.test('effects of a transaction run once it is committed, in order, before its promise resolves', async t => {
  const { queries } = await openDatabase(t)
  await queries.execute(sql`create table facts (name text)`)
  const seen: string[] = []
  const result = await queries.transaction(async tx => {
    tx.afterCommit(async () => {
      const { rows } = (await queries.execute(sql`select name from facts`)) as unknown as { rows: object[] }
      seen.push(`committed: ${rows.length}`)
    })
    tx.afterCommit(() => seen.push('second'))
    await tx.execute(sql`insert into facts values ('one')`)
    t.same(seen, [], 'nothing follows before the commit')
    return 'result'
  })
  t.equal(result, 'result')
  t.same(seen, ['committed: 1', 'second'])
})

t.test('a transaction that is rolled back has no effects', async t => {
  const { queries } = await openDatabase(t)
  const seen: string[] = []
  await t.rejects(
    queries.transaction(async tx => {
      tx.afterCommit(() => seen.push('an error of ours'))
      throw new Error('rolled back')
    }),
    /rolled back/,
  )
  await t.rejects(
    queries.transaction(async tx => {
      tx.afterCommit(() => seen.push('an error of the database'))
      await tx.execute(sql`select 1 / 0`)
    }),
  )
  t.same(seen, [])
})

t.test('effects of a savepoint are dropped when it is rolled back, and else run after the commit', async t => {
  const { queries } = await openDatabase(t)
  const seen: string[] = []
  await queries.transaction(async tx => {
    tx.afterCommit(() => seen.push('outer'))
    await tx.transaction(async inner => inner.afterCommit(() => seen.push('kept')))
    await t.rejects(
      tx.transaction(async inner => {
        inner.afterCommit(() => seen.push('undone'))
        throw new Error('undone')
      }),
    )
    t.same(seen, [])
  })
  t.same(seen, ['outer', 'kept'])
})

t.test('a transaction that has committed succeeds, whatever its effects do', async t => {
  const { queries } = await openDatabase(t, { onFault: error => faults.push(error.message) })
  const faults: string[] = []
  const seen: string[] = []
  await queries.transaction(async tx => {
    tx.afterCommit(() => Promise.reject(new Error('a poller broke')))
    tx.afterCommit(() => seen.push('the rest'))
  })
  t.same(seen, ['the rest'])
  t.same(faults, ['a poller broke'])
})
