import { PGlite, type QueryOptions } from '@electric-sql/pglite'
import t, { type Test } from 'tap'
import { PgliteStatements } from '../../src/db/pglite-statements.ts'

let pglite: PGlite
t.before(async () => {
  pglite = await PGlite.create()
})
t.after(() => pglite.close())

/** A table of its own for each test. */
async function newTable(t: Test): Promise<string> {
  const table = `notes_${Math.random().toString(36).slice(2)}`
  await pglite.exec(`create table ${table} (id int primary key, body text, at timestamptz)`)
  t.teardown(() => pglite.exec(`drop table ${table}`))
  return table
}

/** Names of the statements that Postgres has prepared. */
async function prepared(): Promise<string[]> {
  const { rows } = await pglite.query<{ name: string }>('select name from pg_prepared_statements order by name')
  return rows.map(({ name }) => name)
}

async function reset(): Promise<void> {
  await pglite.exec('deallocate all')
}

t.test('answers what PGlite answers, the first time and again', async t => {
  t.teardown(reset)
  const statements = new PgliteStatements(pglite)
  const asked: [string, unknown[]?, QueryOptions?][] = [
    ['select 1 as one, null as nothing'],
    ['select $1::int + 1 as sum, $2::text as word', [41, '안녕']],
    ['select $1::int as one, $2::text as two', [null, undefined]],
    ['select $1::jsonb as object, $2::json as list', [{ a: ['1', 2, null] }, '[1]']],
    ['select $1::bytea as bytes', [new Uint8Array([0, 1, 255])]],
    ['select $1::uuid[] as ids, $2::text[] as words', [['0198c3a0-0000-7000-8000-000000000000'], ['a', null, 'c,"d"']]],
    ['select $1::boolean as yes, $2::timestamptz as at', [true, new Date('2026-01-02T03:04:05Z')]],
    ['select $1::bigint as big, 1.5::numeric as n', [2n ** 60n]],
    ['select 1 as a, 2 as a', [], { rowMode: 'array' }],
    ['select 1 where false'],
    ['values (1), (2), (3)'],
    ['set local work_mem = 4096'],
  ]
  for (const [text, values, options] of asked) {
    const expected = await pglite.query(text, values, options)
    for (const time of ['first', 'again'])
      t.same(await statements.query(text, values, options), expected, `${text}: ${time}`)
  }
})

t.test('says how many rows were written', async t => {
  t.teardown(reset)
  const table = await newTable(t)
  const statements = new PgliteStatements(pglite)
  const inserted = await statements.query(`insert into ${table} values (1, 'a'), (2, 'b') returning id`)
  t.match(inserted, { rows: [{ id: 1 }, { id: 2 }], affectedRows: 2 })
  t.match(await statements.query(`update ${table} set body = $1`, ['c']), { rows: [], affectedRows: 2 })
  t.match(await statements.query(`delete from ${table} where id = $1`, [3]), { rows: [], affectedRows: 0 })
})

t.test('a statement is prepared once', async t => {
  t.teardown(reset)
  const statements = new PgliteStatements(pglite)
  for (const value of [1, 2, 3]) t.same((await statements.query('select $1::int as value', [value])).rows, [{ value }])
  t.same(await prepared(), ['conch_1'])
})

t.test('statements at once do not get each other’s answers', async t => {
  t.teardown(reset)
  const statements = new PgliteStatements(pglite)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      statements.query(`select $1::int as value, ${index % 7} as kind`, [index]),
    ),
  )
  t.same(
    answers.map(({ rows }) => rows),
    answers.map((_, index) => [{ value: index, kind: index % 7 }]),
  )
})

t.test('after a fault the next statements succeed, in a transaction once it is rolled back', async t => {
  t.teardown(reset)
  const table = await newTable(t)
  const statements = new PgliteStatements(pglite)
  const insert = () => statements.query(`insert into ${table} values ($1)`, [1])
  await insert()
  await t.rejects(insert(), { code: '23505' }, 'executed')
  await t.rejects(statements.query('selec 1'), { code: '42601' }, 'parsed')
  await t.rejects(statements.query('select $1::int', ['one']), { code: '22P02' }, 'bound')
  await t.rejects(
    pglite.transaction(async () => {
      await t.rejects(insert(), { code: '23505' })
      await t.rejects(statements.query('select 1'), { code: '25P02' })
      throw new Error('back')
    }),
    { message: 'back' },
  )
  t.same((await statements.query(`select id from ${table}`)).rows, [{ id: 1 }])
})

t.test('a table that has been altered is read as it is now, after one fault', async t => {
  t.teardown(reset)
  const table = await newTable(t)
  const statements = new PgliteStatements(pglite)
  const read = () => statements.query(`select * from ${table}`)
  await statements.query(`insert into ${table} values (1)`)
  await read()
  await pglite.exec(`alter table ${table} drop column body`)
  await t.rejects(read(), { code: '0A000' })
  t.same((await read()).rows, [{ id: 1, at: null }])
})

t.test('no more than 200 are kept, those that were used last', async t => {
  t.teardown(reset)
  const statements = new PgliteStatements(pglite)
  const ask = (index: number) => statements.query(`select ${index} as value`)
  for (let index = 1; index <= 200; index++) await ask(index)
  await ask(1)
  await ask(201)
  t.equal(statements.size, 200)
  const names = await prepared()
  t.equal(names.length, 200)
  t.ok(names.includes('conch_1'))
  t.notOk(names.includes('conch_2'))
  t.same((await ask(2)).rows, [{ value: 2 }])
})

t.test('a long one is answered, and not kept', async t => {
  t.teardown(reset)
  const statements = new PgliteStatements(pglite)
  const values = Array.from({ length: 3_000 }, (_, index) => index)
  const text = `select count(*)::int as rows from (values ${values.map(value => `(${value})`).join()}) as listed`
  for (const _ of ['first', 'again']) t.same((await statements.query(text)).rows, [{ rows: 3_000 }])
  t.same(await prepared(), [])
})

t.test('a database that was closed says so', async t => {
  const other = await PGlite.create()
  const statements = new PgliteStatements(other)
  await other.close()
  await t.rejects(statements.query('select 1'), { message: /closed/ })
})
