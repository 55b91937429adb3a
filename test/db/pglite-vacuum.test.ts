import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/pglite'
import t, { type Test } from 'tap'
import { clientsOf } from '../../src/db/pglite-clients.ts'
import { PgliteVacuum } from '../../src/db/pglite-vacuum.ts'

async function open(t: Test) {
  const pglite = await PGlite.create()
  const { forDrizzle, forJobs, close } = clientsOf(pglite, error => t.fail(error.message))
  t.teardown(close)
  return { queries: drizzle({ client: forDrizzle }), forJobs, pglite }
}

t.test('updated rows are vacuumed while the database is used', async t => {
  const { queries, forJobs, pglite } = await open(t)
  await queries.execute(sql`create table "a ""table""" (id integer primary key, body text unique)`)
  await queries.execute(sql`insert into "a ""table""" select id, 'text ' || id from generate_series(1, 100) id`)
  for (let use = 0; use < 600; use++)
    await queries.execute(sql`update "a ""table""" set body = ${`other ${use}`} where id = ${(use % 100) + 1}`)
  const { rows } = await forJobs.query<{ vacuums: number; rows: number }>(`
    select vacuum_count::int as vacuums, analyze_count::int as analyses, reltuples::int as rows
    from pg_stat_user_tables join pg_class on pg_class.oid = relid`)
  t.match(
    rows,
    [{ vacuums: 2, analyses: 2, rows: 100 }],
    'after 250 uses, and 500; and planned for the rows that exist',
  )
  t.notOk(pglite.closed)
})

t.test('a table that is only read is not due', async t => {
  const pglite = await PGlite.create()
  t.teardown(() => pglite.close())
  // Of many columns: its statistics are rows of a table, too, and enough of them to be due.
  const columns = Array.from({ length: 200 }, (_, column) => `id as column_${column}`)
  await pglite.exec(`create table read_only as select ${columns} from generate_series(1, 1000) id`)
  let statements: string[] = []
  const query = async (statement: string) => {
    statements.push(statement)
    return (await pglite.query(statement)).rows
  }
  const vacuum = new PgliteVacuum(query, error => t.fail(error.message))
  const check = async () => {
    statements = []
    for (let use = 0; use < 250; use++) vacuum.noteUse()
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    return statements.slice(2)
  }
  t.match(await check(), [/^analyze/], 'a table that was just written is due')
  for (let checks = 0; checks < 3; checks++) await check()
  t.same(await check(), [])
})

t.test('one that was closed meanwhile is left alone', async t => {
  const pglite = await PGlite.create()
  const { forDrizzle, close } = clientsOf(pglite, error => t.fail(error.message))
  const queries = drizzle({ client: forDrizzle })
  const asked = Array.from({ length: 250 }, () => queries.execute(sql`select 1`).then(() => {}))
  await Promise.all([...asked, close()])
  await new Promise(setImmediate)
})

t.test('a fault is reported, and the next check comes all the same', async t => {
  const faults: string[] = []
  let checks = 0
  const vacuum = new PgliteVacuum(
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
