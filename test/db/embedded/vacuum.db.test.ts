import t from 'tap'
import { Vacuum } from '../../../src/db/embedded/vacuum.ts'
import { openNew, openPool } from '../../support/embedded-pool.ts'

t.test('updated rows are vacuumed while the database is used', async t => {
  const pool = await openPool(t)
  await pool.query(`create table "a ""table""" (id integer primary key, body text unique)`)
  await pool.query(`insert into "a ""table""" select id, 'text ' || id from generate_series(1, 100) id`)
  for (let use = 0; use < 600; use++)
    await pool.query(`update "a ""table""" set body = $1 where id = $2`, [`other ${use}`, (use % 100) + 1])
  const { rows } = await pool.query(`
    select vacuum_count::int as vacuums, analyze_count::int as analyses, reltuples::int as rows
    from pg_stat_user_tables join pg_class on pg_class.oid = relid where pg_class.relname like 'a %'`)
  t.match(
    rows,
    [{ vacuums: 2, analyses: 2, rows: 100 }],
    'after 250 uses, and 500; and planned for the rows that exist',
  )
})

t.test('a table that is only read is not due', async t => {
  const pool = await openPool(t)
  // Of many columns: its statistics are rows of a table, too, and enough of them to be due.
  const columns = Array.from({ length: 200 }, (_, column) => `id as column_${column}`)
  await pool.query(`create table read_only as select ${columns} from generate_series(1, 1000) id`)
  const check = async () => {
    const statements: string[] = []
    const vacuum = new Vacuum(
      async statement => {
        statements.push(statement)
        return (await pool.query(statement)).rows
      },
      error => t.fail(error.message),
    )
    for (let use = 0; use < 250; use++) vacuum.noteUse()
    await vacuum.checked
    return statements.slice(2)
  }
  t.match(await check(), [/^analyze/], 'a table that was just written is due')
  for (let checks = 0; checks < 3; checks++) await check()
  t.same(await check(), [])
})

t.test('one that is closed meanwhile is left alone', async t => {
  const { pool, close } = await openNew(t)
  const asked = Array.from({ length: 260 }, () => pool.query('select 1'))
  await Promise.all([...asked, close()])
})

t.test('a fault is reported, and the next check comes all the same', async t => {
  const faults: string[] = []
  let checks = 0
  const vacuum = new Vacuum(
    async () => {
      checks++
      throw new Error('no space left')
    },
    error => void faults.push(error.message),
  )
  for (let use = 0; use < 499; use++) {
    vacuum.noteUse()
    await Promise.resolve()
  }
  t.equal(checks, 1)
  vacuum.noteUse()
  await new Promise(setImmediate)
  t.equal(checks, 2)
  t.same(faults, ['no space left', 'no space left'])
})
