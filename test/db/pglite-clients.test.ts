import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/pglite'
import t from 'tap'
import { clientsOf } from '../../src/db/pglite-clients.ts'

const times =
  "timestamptz '2026-01-02 03:04:05Z' as at, array[timestamptz '2026-01-02 03:04:05Z'] as all, 1.5::numeric as n"
const written = { at: '2026-01-02 03:04:05+00', all: '{"2026-01-02 03:04:05+00"}', n: '1.5' }

const noFault = (error: Error) => t.fail(error.message)

t.test(
  'Drizzle gets the same as from PGlite itself, in a transaction as well; pg-boss gets times as dates',
  async t => {
    const pglite = await PGlite.create()
    t.teardown(() => pglite.close())
    await pglite.exec("set time zone 'UTC'")
    const query = sql.raw(`select ${times}`)
    t.same((await drizzle({ client: pglite }).execute(query)).rows, [written])

    const { forDrizzle, forJobs } = clientsOf(pglite, noFault)
    const queries = drizzle({ client: forDrizzle })
    t.same((await queries.execute(query)).rows, [written])
    t.same((await queries.transaction(tx => tx.execute(query))).rows, [written])
    const at = new Date('2026-01-02T03:04:05Z')
    t.match((await forJobs.query(`select ${times}, $1::int as one`, [1])).rows, [{ at, one: 1 }])
    t.match((await forJobs.exec(`select ${times}`))[0]?.rows, [{ at }])
  },
)

t.test('a transaction of Drizzle is rolled back when it throws', async t => {
  const pglite = await PGlite.create()
  t.teardown(() => pglite.close())
  const queries = drizzle({ client: clientsOf(pglite, noFault).forDrizzle })
  await queries.execute(sql`create table one (id integer)`)
  await t.rejects(
    queries.transaction(async tx => {
      await tx.execute(sql`insert into one values (1)`)
      throw new Error('no')
    }),
    { message: 'no' },
  )
  t.same((await queries.execute(sql`select * from one`)).rows, [])
})

t.test('statements sent before the database is closed are answered', async t => {
  const pglite = await PGlite.create()
  const { forDrizzle, close } = clientsOf(pglite, noFault)
  const queries = drizzle({ client: forDrizzle })
  // Sent by `then`: drizzle's own promises send nothing before.
  const asked = [1, 2, 3, 4, 5].map(number =>
    queries.execute(sql`select ${number}::int as number`).then(({ rows }) => rows),
  )
  const closed = close()
  t.same(
    (await Promise.all(asked)).flat(),
    [1, 2, 3, 4, 5].map(number => ({ number })),
  )
  await closed
  t.ok(pglite.closed)
})
