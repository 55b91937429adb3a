import { sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import t, { type Test } from 'tap'
import { encryptedTables } from '../../src/app/encrypted-tables.ts'
import { type Database, openEmbedded, openPostgres } from '../../src/db/client.ts'
import { isEncrypted } from '../../src/db/encrypted.ts'
import { ownDatabase } from '../support/database.ts'

t.test('every column of bytes in the database is an encrypted one of a listed table', async t => {
  const { queries } = await ownDatabaseOf(t)
  const { rows } = (await queries.execute(sql`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and data_type = 'bytea'`)) as unknown as { rows: { name: string }[] }
  const listed = encryptedTables.flatMap(({ table }) => {
    const { name, columns } = getTableConfig(table)
    return columns.filter(isEncrypted).map(column => `${name}.${column.name}`)
  })
  t.ok(listed.includes('tasks.input'))
  t.same(rows.map(({ name }) => name).sort(), listed.sort())
})

t.test('every listed table has something encrypted, and is listed once', async t => {
  for (const { table } of encryptedTables)
    t.ok(getTableConfig(table).columns.some(isEncrypted), getTableConfig(table).name)
  t.equal(new Set(encryptedTables.map(({ table }) => table)).size, encryptedTables.length)
})

async function ownDatabaseOf(t: Test): Promise<Database> {
  const { DATABASE_URL } = await ownDatabase(t)
  const database = DATABASE_URL ? await openPostgres(DATABASE_URL, () => {}) : await openEmbedded(undefined, () => {})
  t.teardown(() => database.close())
  return database
}
