import { randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { customType, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { EncryptionKey } from '../../src/config/encryption-keys.ts'
import { type Database, openEmbedded, openPostgres, type Queries } from '../../src/db/client.ts'
import { Cipher, encrypted, keyIdOf } from '../../src/db/encrypted.ts'
import { reencrypt } from '../../src/db/reencrypt.ts'
import { isComplete, type ReencryptionReport } from '../../src/db/reencryption-report.ts'
import { ownDatabase, testDatabaseUrl } from '../support/database.ts'
import { sealedAsBefore } from '../support/old-format.ts'
import { disconnectAll } from '../support/postgres-faults.ts'
import { statementHook } from '../support/statement-hook.ts'

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

const notes = pgTable('notes', {
  id: text('id').primaryKey(),
  body: encrypted<string>('body').notNull(),
  draftTitle: encrypted<string>('title'),
  picture: bytea('picture'),
})
const pages = pgTable(
  'pages',
  {
    noteId: uuid('note_id').notNull(),
    index: smallint('index').notNull(),
    text: encrypted<{ lines: string[] }>('text'),
  },
  table => [primaryKey({ columns: [table.noteId, table.index] })],
)
const tables = [{ table: notes }, { table: pages }]

/** The row with this id, of no owner. */
const at = (row: string) => ({ row, owner: null })

const newKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32) })
const [k1, k2] = [newKey('k1'), newKey('k2')]
const old = new Cipher([k1])
const both = new Cipher([k2, k1])
const fresh = new Cipher([k2])

contract('the embedded database', async () => ({ database: await openEmbedded(undefined, () => {}), url: undefined }))
if (testDatabaseUrl) {
  contract('Postgres', async t => {
    const url = (await ownDatabase(t)).DATABASE_URL as string
    return { database: await openPostgres(url, () => {}), url }
  })
}

function contract(name: string, open: (t: Test) => Promise<{ database: Database; url: string | undefined }>): void {
  t.test(name, async t => {
    const { database, url } = await open(t)
    t.teardown(() => database.close())
    const { queries } = database
    await queries.execute(
      sql`create table notes (id text primary key, body bytea not null, title bytea, picture bytea)`,
    )
    await queries.execute(
      sql`create table pages (note_id uuid, index smallint, text bytea, primary key (note_id, index))`,
    )
    t.beforeEach(async () => {
      await queries.delete(notes)
      await queries.delete(pages)
    })

    const addNote = (id: string, cipher = old) =>
      queries.insert(notes).values({ id, body: cipher.seal(notes.body, at(id), `body of ${id}`) })
    const noteOf = async (id: string) => {
      const [row] = await queries.select().from(notes).where(eq(notes.id, id))
      if (!row) throw new Error(`note ${id} is missing`)
      return row
    }
    const bodyOf = async (id: string, cipher = fresh) => cipher.open(notes.body, at(id), (await noteOf(id)).body)
    const keysInUse = async () => {
      const rows = await queries.select().from(notes)
      return [...new Set(rows.map(({ body }) => keyIdOf(body)))].sort()
    }
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `n${String(index).padStart(3, '0')}`)

    t.test('every value is under the newest key afterwards, and unchanged', async t => {
      const picture = new Uint8Array(old.seal(notes.body, at('x'), 'only looks like a value'))
      const noteIds = ids(23)
      for (const id of noteIds) {
        await addNote(id)
        await queries
          .update(notes)
          .set({ picture, draftTitle: id < 'n010' ? old.seal(notes.draftTitle, at(id), '제목 🌊') : null })
          .where(eq(notes.id, id))
      }
      const noteId = uuidv7()
      for (const index of [0, 1, 2, 3, 4, 300]) {
        const text = old.seal(pages.text, at(`${noteId}/${index}`), { lines: [`${index}`] })
        await queries.insert(pages).values({ noteId, index, text })
      }
      const report = await reencrypt({ queries, cipher: both, tables, pageRows: 5 })
      t.same(report, {
        key: 'k2',
        passes: 2,
        columns: [
          { table: 'notes', column: 'body', reencrypted: 23, unreadable: 0, left: 0 },
          { table: 'notes', column: 'title', reencrypted: 10, unreadable: 0, left: 0 },
          { table: 'pages', column: 'text', reencrypted: 6, unreadable: 0, left: 0 },
        ],
        missingKeys: [],
        damaged: 0,
        damagedRows: [],
        olderFormat: false,
        olderKeys: [],
        unusedKeys: ['k1'],
      })
      t.ok(isComplete(report))
      for (const id of noteIds) {
        const row = await noteOf(id)
        t.equal(fresh.open(notes.body, at(id), row.body), `body of ${id}`)
        t.equal(row.draftTitle && fresh.open(notes.draftTitle, at(id), row.draftTitle), id < 'n010' ? '제목 🌊' : null)
        t.same(new Uint8Array(row.picture as Uint8Array), picture, 'a column that is not encrypted stays as it is')
      }
      for (const { index, text } of await queries.select().from(pages))
        t.same(text && fresh.open(pages.text, at(`${noteId}/${index}`), text), { lines: [`${index}`] })
    })

    t.test('a value of the format before is brought along, under the newest key, too', async t => {
      const before = (id: string, key: EncryptionKey) =>
        sealedAsBefore(key, ['notes', 'body', id], Buffer.from(`"body of ${id}"`))
      for (const id of ['n1', 'n2']) await addNote(id)
      await queries.execute(sql`update notes set body = ${before('n1', k2)} where id = 'n1'`)
      await queries.execute(sql`update notes set body = ${before('n2', k1)} where id = 'n2'`)
      const report = await reencrypt({ queries, cipher: both, tables })
      t.match(report, { passes: 2, columns: [{ reencrypted: 2, left: 0 }], olderFormat: false, unusedKeys: ['k1'] })
      for (const id of ['n1', 'n2']) {
        t.equal(await bodyOf(id), `body of ${id}`)
        t.equal((await noteOf(id)).body[0], 2)
      }
    })

    t.test('an older version that goes on writing is reported, and does not hold it for ever', async t => {
      await addNote('n1', both)
      const busy = statementHook(queries, async (kind, run) => {
        const answer = await run()
        const old = sealedAsBefore(k2, ['notes', 'body', 'n1'], Buffer.from('"old"'))
        if (kind === 'update') await queries.execute(sql`update notes set body = ${old} where id = 'n1'`)
        return answer
      })
      const old = sealedAsBefore(k2, ['notes', 'body', 'n1'], Buffer.from('"old"'))
      await queries.execute(sql`update notes set body = ${old} where id = 'n1'`)
      const report = await reencrypt({ queries: busy, cipher: fresh, tables })
      t.match(report, { passes: 5, olderFormat: true, olderKeys: [], columns: [{ left: 1 }] })
      t.notOk(isComplete(report))
    })

    t.test('a value under the newest key already is not written', async t => {
      await addNote('n1', both)
      const { body } = await noteOf('n1')
      const report = await reencrypt({ queries, cipher: both, tables })
      t.match(report, { passes: 1, columns: [{ reencrypted: 0 }, { reencrypted: 0 }, { reencrypted: 0 }] })
      t.same((await noteOf('n1')).body, body)
    })

    t.test('with one key there is nothing to do', async t => {
      await addNote('n1')
      const report = await reencrypt({ queries, cipher: old, tables })
      t.match(report, { key: 'k1', passes: 1, unusedKeys: [] })
      t.ok(isComplete(report))
      t.equal(await bodyOf('n1', old), 'body of n1')
    })

    t.test('a key whose id begins like the newest one is another key', async t => {
      const k22 = newKey('k22')
      await addNote('n1', new Cipher([k22]))
      await reencrypt({ queries, cipher: new Cipher([k2, k22]), tables })
      t.equal(await bodyOf('n1'), 'body of n1')
    })

    t.test('a process that writes between reading and writing wins, with either key', async t => {
      for (const id of ['deleted', 'newKey', 'oldKey', 'untouched']) await addNote(id)
      const raced: string[] = []
      const write = (id: string, cipher: Cipher) =>
        queries
          .update(notes)
          .set({ body: cipher.seal(notes.body, at(id), 'written meanwhile') })
          .where(eq(notes.id, id))
      const meanwhile = [
        () => queries.delete(notes).where(eq(notes.id, 'deleted')),
        () => write('newKey', both),
        () => write('oldKey', old),
      ]
      const racing = statementHook(queries, async (kind, run) => {
        const race = kind === 'update' ? meanwhile.shift() : undefined
        if (race) raced.push('raced')
        await race?.()
        return run()
      })
      const report = await reencrypt({ queries: racing, cipher: both, tables })
      t.equal(raced.length, 3)
      t.ok(isComplete(report))
      t.match(report, { columns: [{ reencrypted: 2 }], olderKeys: [] })
      t.equal(await bodyOf('newKey'), 'written meanwhile')
      t.equal(await bodyOf('oldKey'), 'written meanwhile')
      t.equal(await bodyOf('untouched'), 'body of untouched')
      t.same((await queries.select({ id: notes.id }).from(notes).orderBy(notes.id)).length, 3)
    })

    t.test('something that goes on writing with an older key is reported, and does not hold it for ever', async t => {
      await addNote('n000')
      let written = 0
      const busy = statementHook(queries, async (kind, run) => {
        // As fast as it is read; it ends only if the re-encryption does not end.
        if (kind === 'update' && written < 50) await addNote(`n${String(++written).padStart(3, '0')}`)
        return run()
      })
      const report = await reencrypt({ queries: busy, cipher: both, tables, pageRows: 1 })
      t.notOk(isComplete(report))
      t.match(report, { passes: 5, olderKeys: ['k1'], unusedKeys: [], columns: [{ reencrypted: 5, left: 1 }] })
      t.equal(written, 5)
    })

    t.test('a value that no key opens is counted, named, and left as it is', async t => {
      const lost = new Cipher([newKey('lost')])
      await addNote('fine')
      await addNote('lost', lost)
      const broken = {
        plain: Buffer.from('never sealed'),
        changed: Buffer.from(old.seal(notes.body, at('changed'), 'x')),
        moved: Buffer.from(old.seal(notes.body, at('elsewhere'), 'x')),
        empty: Buffer.alloc(0),
      }
      broken.changed[broken.changed.length - 1] = (broken.changed.at(-1) ?? 0) ^ 1
      for (const [id, bytes] of Object.entries(broken)) {
        await addNote(id)
        await queries.execute(sql`update notes set body = ${bytes} where id = ${id}`)
      }
      const before = await queries.select().from(notes).orderBy(notes.id)
      const report = await reencrypt({ queries, cipher: both, tables })
      t.notOk(isComplete(report))
      t.match(report, {
        passes: 2,
        columns: [{ reencrypted: 1, unreadable: 5, left: 0 }],
        missingKeys: ['lost'],
        damaged: 4,
        damagedRows: ['changed', 'empty', 'moved', 'plain'].map(row => ({ table: 'notes', column: 'body', row })),
        olderKeys: [],
        unusedKeys: [],
      })
      t.equal(await bodyOf('fine'), 'body of fine')
      const after = await queries.select().from(notes).orderBy(notes.id)
      t.same(
        after.filter(({ id }) => id !== 'fine'),
        before.filter(({ id }) => id !== 'fine'),
      )
    })

    t.test('two at once are no trouble', async t => {
      for (const id of ids(40)) await addNote(id)
      const reports = await Promise.all([
        reencrypt({ queries, cipher: both, tables, pageRows: 7 }),
        reencrypt({ queries, cipher: both, tables, pageRows: 11 }),
      ])
      for (const report of reports) t.ok(isComplete(report))
      t.equal(
        reports.map(({ columns }) => columns[0]?.reencrypted ?? 0).reduce((one, other) => one + other),
        40,
      )
      for (const id of ids(40)) t.equal(await bodyOf(id), `body of ${id}`)
    })

    t.test('stopped in the middle, every value can be read, and the next run does the rest', async t => {
      for (const id of ids(10)) await addNote(id)
      const stop = new AbortController()
      let swapped = 0
      const stopped = statementHook(queries, async (kind, run) => {
        if (kind === 'update' && ++swapped === 5) stop.abort(new Error('that is enough'))
        return run()
      })
      const run = reencrypt({ queries: stopped, cipher: both, tables, pageRows: 3, signal: stop.signal })
      await t.rejects(run, { message: 'that is enough' })
      t.equal(swapped, 5)
      t.same(await keysInUse(), ['k1', 'k2'])
      for (const id of ids(10)) t.equal(await bodyOf(id, both), `body of ${id}`)
      const report = await reencrypt({ queries, cipher: both, tables })
      t.match(report, { columns: [{ reencrypted: 5 }] })
      t.same(await keysInUse(), ['k2'])
    })

    t.test('faults of the database that pass are waited out, even when the answer to a write is lost', async t => {
      for (const id of ids(4)) await addNote(id)
      let statements = 0
      const shaky = statementHook(queries, async (_kind, run) => {
        const fault = Object.assign(new Error('gone'), { code: 'ECONNRESET' })
        statements++
        if (statements % 4 === 1) throw fault
        const answer = await run()
        if (statements % 4 === 3) throw fault
        return answer
      })
      const report = await reencrypt({ queries: shaky, cipher: both, tables, pageRows: 2 })
      t.ok(isComplete(report))
      for (const id of ids(4)) t.equal(await bodyOf(id), `body of ${id}`)
    })

    t.test('faults that do not pass end it', async t => {
      await addNote('n000')
      const broken = statementHook(queries, async (kind, run) => {
        if (kind === 'update') throw Object.assign(new Error('no'), { severity: 'ERROR', code: '42501' })
        return run()
      })
      await t.rejects(reencrypt({ queries: broken, cipher: both, tables }), { code: '42501' })
      t.equal(await bodyOf('n000', both), 'body of n000')
    })

    t.test('connections that are ended, again and again, lose nothing', { skip: !url }, async t => {
      for (const id of ids(60)) await addNote(id)
      let ended = 0
      const cut = statementHook(queries, async (kind, run) => {
        if (kind === 'update' && ended < 10 && ++ended) {
          const [answer] = await Promise.allSettled([run(), disconnectAll(url as string)])
          if (answer.status === 'rejected') throw answer.reason
          return answer.value
        }
        return run()
      })
      t.ok(isComplete(await reencrypt({ queries: cut, cipher: both, tables })))
      for (const id of ids(60)) t.equal(await bodyOf(id), `body of ${id}`)
    })

    t.test('the rest of the process goes on meanwhile', async t => {
      for (const id of ids(30)) await addNote(id)
      let turns = 0
      let over = false
      const count = () => {
        turns++
        if (!over) setImmediate(count)
      }
      setImmediate(count)
      await reencrypt({ queries, cipher: both, tables })
      over = true
      t.ok(turns >= 30, `${turns} turns of the event loop for 30 rows`)
    })

    t.test('onProgress is called from the start', async t => {
      for (const id of ids(4)) await addNote(id)
      const heard: ReencryptionReport[] = []
      const report = await reencrypt({
        queries,
        cipher: both,
        tables,
        pageRows: 2,
        onProgress: report => heard.push(report),
      })
      t.match(heard[0], { passes: 1, columns: [{ reencrypted: 0 }] })
      t.ok(heard.some(({ columns }) => columns[0]?.reencrypted === 2))
      t.match(report, { columns: [{ reencrypted: 4 }] })
    })
  })
}

t.test('a table without a primary key is refused', async t => {
  const keyless = pgTable('keyless', { body: encrypted<string>('body') })
  const queries = {} as Queries
  await t.rejects(reencrypt({ queries, cipher: both, tables: [{ table: keyless }] }), {
    message: /keyless has no primary key/,
  })
})
