import type pg from 'pg'
import t, { type Test } from 'tap'
import { inTransaction, openPool } from '../../support/embedded-pool.ts'

const pool = await openPool(t)

/** A table of its own for each test. */
async function newTable(t: Test): Promise<string> {
  const table = `notes_${Math.random().toString(36).slice(2)}`
  await pool.query(`create table ${table} (id int primary key, body text, at timestamptz)`)
  t.teardown(() => pool.query(`drop table ${table}`))
  return table
}

/** Names of the statements that Postgres has prepared. */
async function prepared(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('select name from pg_prepared_statements order by prepare_time')
  return rows.map(({ name }) => name)
}

const answerOf = ({ command, rowCount, fields, rows }: pg.QueryResult) => ({ command, rowCount, fields, rows })

t.test('answers as without preparing, the first time and again', async t => {
  const asked: [string, unknown[], 'array'?][] = [
    ['select $1::int + 1 as sum, $2::text as word', [41, '안녕']],
    ['select $1::int as one, $2::text as two', [null, undefined]],
    ['select $1::jsonb as object, $2::json as list', [{ a: ['1', 2, null] }, '[1]']],
    ['select $1::bytea as bytes', [Buffer.from([0, 1, 255])]],
    ['select $1::uuid[] as ids, $2::text[] as words', [['0198c3a0-0000-7000-8000-000000000000'], ['a', null, 'c,"d"']]],
    ['select $1::boolean as yes, $2::timestamptz as at', [true, new Date('2026-01-02T03:04:05Z')]],
    ['select $1::bigint as big, 1.5::numeric as n', [2n ** 60n]],
    ['select 1 as a, $1::int as a', [2], 'array'],
    ['select $1::int where false', [1]],
    ['select generate_series(1, $1::int)', [3_000]],
  ]
  for (const [index, [text, values, rowMode]] of asked.entries()) {
    const query = { text, values, ...(rowMode && { rowMode }) }
    // What has a name is its client's own business.
    const expected = answerOf(await pool.query({ ...query, name: `own_${index}` }))
    for (const time of ['first', 'again']) t.same(answerOf(await pool.query(query)), expected, `${text}: ${time}`)
  }
})

t.test('says how many rows were written', async t => {
  const table = await newTable(t)
  for (const first of [1, 3]) {
    const inserted = await pool.query(`insert into ${table} values ($1, 'a'), ($2, 'b') returning id`, [
      first,
      first + 1,
    ])
    t.match(inserted, { rows: [{ id: first }, { id: first + 1 }], rowCount: 2 })
  }
  t.match(await pool.query(`update ${table} set body = $1`, ['c']), { rows: [], rowCount: 4 })
  t.match(await pool.query(`delete from ${table} where id = $1`, [5]), { rows: [], rowCount: 0 })
})

t.test('a statement is prepared once', async t => {
  const before = (await prepared()).length
  for (const value of [1, 2, 3]) t.same((await pool.query('select $1::int as value', [value])).rows, [{ value }])
  t.equal((await prepared()).length, before + 1)
})

t.test('statements at once do not get each other’s answers', async t => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => pool.query(`select $1::int as value, ${index % 7} as kind`, [index])),
  )
  t.same(
    answers.map(({ rows }) => rows),
    answers.map((_, index) => [{ value: index, kind: index % 7 }]),
  )
})

t.test('after a fault the next statements succeed, in a transaction once it is rolled back', async t => {
  const table = await newTable(t)
  const insert = (client: pg.Pool | pg.PoolClient = pool) => client.query(`insert into ${table} values ($1)`, [1])
  await insert()
  for (const _ of ['first', 'again']) {
    await t.rejects(insert(), { code: '23505' }, 'executed')
    await t.rejects(pool.query('selec $1', [1]), { code: '42601' }, 'parsed')
    await t.rejects(pool.query('select $1::int', ['one']), { code: '22P02' }, 'bound')
  }
  const broken = inTransaction(pool, async client => {
    await t.rejects(insert(client), { code: '23505' })
    await t.rejects(client.query('select $1::int', [1]), { code: '25P02' })
    throw new Error('back')
  })
  await t.rejects(broken, { message: 'back' })
  t.same((await pool.query(`select id from ${table} where id = $1`, [1])).rows, [{ id: 1 }])
})

t.test('a statement that its client has named is prepared again on the next connection', async t => {
  const ask = () => pool.query({ name: 'mine', text: 'select $1::int as value', values: [1] })
  for (let connection = 0; connection < 3; connection++) {
    for (const _ of ['first', 'again']) t.same((await ask()).rows, [{ value: 1 }])
    // A fault ends the pool's connection.
    await t.rejects(pool.query('select 1 / 0'))
    t.notOk((await prepared()).includes('mine'))
  }
})

t.test('a table that has been altered is read as it is now, after one fault', async t => {
  const table = await newTable(t)
  const read = () => pool.query(`select * from ${table} where id = $1`, [1])
  await pool.query(`insert into ${table} values (1)`)
  await read()
  await pool.query(`alter table ${table} drop column body`)
  await t.rejects(read(), { code: '0A000' })
  t.same((await read()).rows, [{ id: 1, at: null }])
})

t.test('no more than 200 are kept, those that were used last', async t => {
  const other = await openPool(t)
  const ask = (index: number) => other.query(`select ${index} as value, $1::int as one`, [1])
  for (let index = 1; index <= 200; index++) await ask(index)
  await ask(1)
  await ask(201)
  const { rows } = await other.query<{ statement: string }>('select statement from pg_prepared_statements')
  t.equal(rows.length, 200)
  const kept = (index: number) => rows.some(({ statement }) => statement.startsWith(`select ${index} as`))
  t.same({ first: kept(1), second: kept(2), last: kept(201) }, { first: true, second: false, last: true })
  t.same((await ask(2)).rows, [{ value: 2, one: 1 }])
})

t.test('a long one is answered, and not kept', async t => {
  const before = await prepared()
  const values = Array.from({ length: 3_000 }, (_, index) => index)
  const text = `select $1::int + count(*)::int as rows from (values ${values.map(value => `(${value})`).join()}) as listed`
  for (const _ of ['first', 'again']) t.same((await pool.query(text, [1])).rows, [{ rows: 3_001 }])
  t.same(await prepared(), before)
})
