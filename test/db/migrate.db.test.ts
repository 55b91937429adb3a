import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { openEmbeddedPool } from '../../src/db/embedded/embedded-pool.ts'
import { EmbeddedThread } from '../../src/db/embedded/embedded-thread.ts'
import { migrateEmbedded, migratePostgres } from '../../src/db/migrate.ts'
import { ownDatabase, testDatabaseUrl } from '../support/database.ts'
import { openRaw } from '../support/raw-database.ts'

const migrations = (await readdir(new URL('../../drizzle', import.meta.url))).filter(name => name.endsWith('.sql'))
const applied = 'select count(*)::int as applied from drizzle.__drizzle_migrations'

const script = `
  import { migratePostgres } from ${JSON.stringify(new URL('../../src/db/migrate.ts', import.meta.url).href)}
  await migratePostgres(process.argv[1])
`

t.test('the embedded database is brought up to date once, however often it is asked', async t => {
  const fail = (error: Error) => void t.fail(error.message)
  const { pool, close } = await openEmbeddedPool(new EmbeddedThread(undefined, fail), { onFault: fail })
  t.teardown(close)
  for (let start = 0; start < 2; start++) {
    await migrateEmbedded(pool)
    t.same((await pool.query(applied)).rows, [{ applied: migrations.length }])
  }
})

t.test('Postgres', { skip: !testDatabaseUrl }, async t => {
  t.test('processes that start at once migrate once', async t => {
    const { storage, url } = await ownPostgres(t)
    await Promise.all(
      Array.from({ length: 4 }, () =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, url]),
      ),
    )
    const raw = await openRaw(t, storage)
    t.same(await raw.query(applied), [{ applied: migrations.length }])
    await raw.close()
  })

  t.test('of many connections one migrates, the others wait and find it done', async t => {
    const { storage, url } = await ownPostgres(t)
    await Promise.all(Array.from({ length: 20 }, () => migratePostgres(url)))
    const raw = await openRaw(t, storage)
    t.same(await raw.query(applied), [{ applied: migrations.length }])
    t.same(await raw.query("select count(*)::int as held from pg_locks where locktype = 'advisory'"), [{ held: 0 }])
    await raw.close()
  })

  t.test('a database that is not there is an error, and nothing stays open', async t => {
    const url = new URL(testDatabaseUrl as string)
    url.pathname = '/conch_test_that_is_not_there'
    await t.rejects(migratePostgres(url.href), { code: '3D000' })
  })
})

async function ownPostgres(t: Test) {
  const storage = await ownDatabase(t, { empty: true })
  return { storage, url: storage.DATABASE_URL as string }
}
