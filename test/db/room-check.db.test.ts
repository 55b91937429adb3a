import { sql } from 'drizzle-orm'
import pg from 'pg'
import t from 'tap'
import { openPostgres } from '../../src/db/client.ts'
import { isDiskFull, reasonOf } from '../../src/db/faults.ts'
import { checkRoom, openingFault, roomCheck } from '../../src/db/room-check.ts'
import { temporaryFolder } from '../support/conch.ts'
import { ownDatabase, testDatabaseUrl } from '../support/database.ts'
import { openDatabase } from '../support/open-database.ts'

const sent = (code: string) => Object.assign(new Error('x'), { severity: 'ERROR', code })

t.test('a database that has room says so again and again, and nothing of its settings changes', async t => {
  const database = await openDatabase(t)
  for (let time = 0; time < 3; time++) await database.ping()
  const { rows } = (await database.queries.execute(sql`show work_mem`)) as unknown as { rows: { work_mem: string }[] }
  t.same(rows, [{ work_mem: '4MB' }])
})

t.test(
  'the check needs room on the disk, and passes where the settings allow no such file',
  {
    skip: !testDatabaseUrl && 'needs a Postgres, to be set so',
  },
  async t => {
    const url = new URL((await ownDatabase(t)).DATABASE_URL as string)
    url.searchParams.set('options', '-c temp_file_limit=100kB')
    const database = await openPostgres(url.href, error => t.fail(error.message))
    t.teardown(() => database.close())
    const client = new pg.Client(url.href)
    await client.connect()
    t.teardown(() => client.end())
    await t.rejects(client.query(roomCheck), { code: '53400' })
    await database.ping()
  },
)

t.test('other errors of the database are passed on', async t => {
  for (const code of ['53100', '57P01', '42601'])
    await t.rejects(
      checkRoom(async () => {
        throw sent(code)
      }),
      { code },
    )
})

t.test('a full disk is known by the error of the database, however it was wrapped', async t => {
  const wrapped = new Error('failed', { cause: sent('53100') })
  t.equal(isDiskFull(wrapped), true)
  t.equal(reasonOf(wrapped), 'the disk of the database is full')
  for (const other of [sent('53300'), new Error('Connection terminated unexpectedly'), 'ENOSPC', undefined]) {
    t.equal(isDiskFull(other), false)
    t.equal(reasonOf(other), 'the database does not answer')
  }
})

t.test('a thrown value that is no Error becomes one when the embedded database cannot be opened', async t => {
  const folder = `${await temporaryFolder(t)}/database`
  const cause = { name: 'ErrnoError', errno: 51 }
  t.match(await openingFault(folder, cause), { message: 'the embedded database could not be opened', cause })
  const error = new Error('PGlite failed to initialize properly')
  t.equal(await openingFault(folder, error), error)
})
