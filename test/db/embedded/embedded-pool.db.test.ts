import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { openEmbeddedPool } from '../../../src/db/embedded/embedded-pool.ts'
import { EmbeddedThread } from '../../../src/db/embedded/embedded-thread.ts'
import { inTransaction, openNew, openPool } from '../../support/embedded-pool.ts'

const noFault = (error: Error) => void t.fail(error.message)

t.test('a transaction is rolled back when it throws, and when its connection ends in the middle', async t => {
  const pool = await openPool(t)
  await pool.query('create table one (id integer)')
  const thrown = inTransaction(pool, async client => {
    await client.query('insert into one values ($1)', [1])
    throw new Error('no')
  })
  await t.rejects(thrown, { message: 'no' })
  const client = await pool.connect()
  await client.query('begin')
  await client.query('insert into one values ($1)', [2])
  client.release(true)
  t.same((await pool.query('select * from one where id > $1', [0])).rows, [])
})

t.test('statements wait for a transaction, and come in their order', async t => {
  const pool = await openPool(t)
  await pool.query('create table one (id integer)')
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  const transaction = inTransaction(pool, async client => {
    await client.query('insert into one values (1)')
    await held
    await client.query('insert into one values (2)')
  })
  const count = async () => (await pool.query('select count(*)::int as rows from one')).rows[0]?.rows
  const first = count()
  const inserted = pool.query('insert into one values ($1)', [3])
  const second = count()
  go()
  await Promise.all([transaction, inserted])
  t.same(await Promise.all([first, second]), [2, 3])
})

t.test('statements sent before it is closed are answered, and later ones refused', async t => {
  const { pool, close } = await openNew(t)
  const asked = [1, 2, 3, 4, 5].map(number => pool.query('select $1::int as number', [number]))
  const closed = close()
  t.same(
    (await Promise.all(asked)).flatMap(({ rows }) => rows),
    [1, 2, 3, 4, 5].map(number => ({ number })),
  )
  await closed
  await t.rejects(pool.query('select 1'))
})

t.test('answers of several megabytes, and statements of as many', async t => {
  const pool = await openPool(t)
  const text = '학'.repeat(1_000_000)
  const { rows } = await pool.query(`select $1::text as text, repeat('x', 5000000) as more`, [text])
  t.ok(rows[0]?.text === text)
  t.equal(rows[0]?.more.length, 5_000_000)
})

t.test('a folder that is no database is a fault, and leaves no thread', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'conch-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'database'), 'a file')
  const opening = openEmbeddedPool(new EmbeddedThread(join(folder, 'database'), noFault), { onFault: noFault })
  await t.rejects(opening, Error)
})

t.test('a thread that ends by itself: it is reported once, and what waits fails', async t => {
  const { promise: started, resolve } = Promise.withResolvers<Worker>()
  process.once('worker', resolve)
  const lost: Error[] = []
  const faults: Error[] = []
  const { pool } = await openNew(
    t,
    error => void faults.push(error),
    error => void lost.push(error),
  )
  await pool.query('select 1')
  const asked = [
    pool.query(`select count(*) from generate_series(1, 1000000000)`),
    pool.query('select $1::int', [1]),
    inTransaction(pool, async client => void (await client.query('select 1'))),
  ]
  await (await started).terminate()
  for (const outcome of await Promise.allSettled(asked)) t.equal(outcome.status, 'rejected')
  t.match(lost, [{ name: 'EmbeddedDatabaseLost', code: 'EMBEDDED_DATABASE_LOST' }])
  await t.rejects(pool.query('select 1'), { code: 'EMBEDDED_DATABASE_LOST' })
  await t.rejects(pool.connect())
  t.equal(lost.length, 1)
  for (const fault of faults) t.equal((fault as Error & { code?: string }).code, 'EMBEDDED_DATABASE_LOST')
})
