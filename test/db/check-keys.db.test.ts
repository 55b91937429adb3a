import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { pgTable, text } from 'drizzle-orm/pg-core'
import t from 'tap'
import { checkKeys, hasSealedValues } from '../../src/db/check-keys.ts'
import { Cipher, encrypted } from '../../src/db/encrypted.ts'
import { openDatabase } from '../support/open-database.ts'

const notes = pgTable('notes', { id: text('id').primaryKey(), body: encrypted<string>('body') })
const tables = [{ table: notes }]
const key = (id: string) => ({ id, key: randomBytes(32) })
const [k1, k2] = [key('k1'), key('k2')]

t.test('the findings about the keys of a database', async t => {
  const { queries } = await openDatabase(t)
  await queries.execute(sql`create table notes (id text primary key, body bytea)`)
  const add = async (id: string, cipher: Cipher) => {
    const body = cipher.seal(notes.body, { row: id, owner: null }, 'body')
    await queries.insert(notes).values({ id, body })
  }
  const damage = (id: string) =>
    queries.execute(sql`update notes set body = set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 1)
      where id = ${id}`)
  t.beforeEach(async () => {
    await queries.delete(notes)
  })
  const fine = { missing: [], wrong: [], nothingOpens: false }

  t.test('nothing, when there are none', async t => {
    await queries.insert(notes).values({ id: 'a empty', body: null })
    t.equal(await hasSealedValues(queries, tables), false)
    t.same(await checkKeys(queries, new Cipher([k1]), tables), fine)
    t.same(await checkKeys(queries, undefined, tables), fine)
  })

  t.test('that they are right', async t => {
    await queries.insert(notes).values({ id: '0 empty', body: null })
    await add('a', new Cipher([k1]))
    await add('b', new Cipher([k2]))
    t.equal(await hasSealedValues(queries, tables), true)
    t.same(await checkKeys(queries, new Cipher([k2, k1]), tables), fine)
  })

  t.test('that one is missing, or another one of the same id', async t => {
    for (const id of ['a', 'b']) await add(id, new Cipher([k1]))
    for (const id of ['c', 'd']) await add(id, new Cipher([k2]))
    t.same(await checkKeys(queries, new Cipher([k2]), tables), { ...fine, missing: ['k1'] })
    t.same(await checkKeys(queries, new Cipher([k2, key('k1')]), tables), { ...fine, wrong: ['k1'] })
    t.same(await checkKeys(queries, undefined, tables), { missing: ['k1', 'k2'], wrong: [], nothingOpens: true })
  })

  t.test('nothing, when a single value is damaged, be it in the id of its key', async t => {
    for (const id of ['a', 'b', 'c']) await add(id, new Cipher([k1]))
    await damage('a')
    await queries.execute(sql`update notes set body = set_byte(body, 2, 122) where id = 'b'`)
    t.same(await checkKeys(queries, new Cipher([k1]), tables), fine)
  })

  t.test('that nothing opens, when there is but one value and it does not', async t => {
    await add('a', new Cipher([k1]))
    t.same(await checkKeys(queries, new Cipher([k2]), tables), { missing: ['k1'], wrong: [], nothingOpens: true })
  })

  t.test('a key under which only the oldest or the newest values are is found in a table of many', async t => {
    for (let n = 100; n < 200; n++) await add(`n${n}`, new Cipher([n < 103 || n > 197 ? k1 : k2]))
    t.same(await checkKeys(queries, new Cipher([k2]), tables), { ...fine, missing: ['k1'] })
  })
})
