import { randomBytes } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { eq } from 'drizzle-orm'
import { customType, pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import t from 'tap'
import { type EncryptionKey, InvalidEncryptionKeys, parseEncryptionKeys } from '../../src/config/encryption-keys.ts'
import {
  Cipher,
  DecryptionFailed,
  encrypted,
  isEncrypted,
  keyIdOf,
  type Place,
  type Sealed,
  sealedPrefix,
} from '../../src/db/encrypted.ts'
import { sealedAsBefore } from '../support/old-format.ts'

interface Note {
  text: string
  keywords: string[]
}

const notes = pgTable('notes', {
  id: text('id').primaryKey(),
  note: encrypted<Note>('note').notNull(),
  draft: encrypted<Note>('draft'),
  title: encrypted<string>('title'),
})
const others = pgTable('others', { note: encrypted<Note>('note').notNull() })

/** The row with this id, of one owner. */
const at = (row: string): Place => ({ row, owner: 'o1' })

const note: Note = { text: '수업 시간에 🌊\u0000\u2028', keywords: [] }
const newKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32) })
const refused = { name: 'DecryptionFailed', code: 'DECRYPTION_FAILED' }

/** The error that `action` throws. */
function thrown(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('it threw nothing')
}

t.test('a value comes back from the database as it was', async t => {
  const client = new PGlite()
  t.teardown(() => client.close())
  const db = drizzle(client)
  await client.exec('create table notes (id text primary key, note bytea not null, draft bytea, title bytea)')
  const cipher = new Cipher([newKey('a')])
  await db.insert(notes).values({ id: 'n1', note: cipher.seal(notes.note, at('n1'), note) })
  const [row] = await db.select().from(notes).where(eq(notes.id, 'n1'))
  if (!row) throw new Error('the row is gone')
  t.same(cipher.open(notes.note, at('n1'), row.note), note)
  t.equal(row.draft, null)
})

t.test('every JSON value can be sealed, nothing else', async t => {
  const cipher = new Cipher([newKey('a')])
  const anything = pgTable('anything', { value: encrypted<unknown>('value') })
  for (const value of ['', 'x', 0, -1.5, true, null, [], [null], {}, { a: { b: ['세'] } }])
    t.same(cipher.open(anything.value, at('r'), cipher.seal(anything.value, at('r'), value)), value)
  t.throws(() => cipher.seal(anything.value, at('r'), undefined), TypeError)
})

t.test('plaintext cannot be inserted by accident', async t => {
  const cipher = new Cipher([newKey('a')])
  // @ts-expect-error a plain value is not sealed
  const plain: typeof notes.$inferInsert = { id: 'n1', note }
  // @ts-expect-error a value sealed as a string is not a sealed note
  const wrong: Sealed<Note> = cipher.seal(notes.title, at('n1'), 'title')
  // @ts-expect-error a column of notes takes notes
  cipher.seal(notes.note, at('n1'), 'text')
  t.ok(plain && wrong)
})

t.test('stored bytes show the version and the key, and nothing of the text', async t => {
  const bytes = Buffer.from(new Cipher([newKey('k-1')]).seal(notes.title, at('n1'), 'plain words'))
  t.same([...bytes.subarray(0, 2)], [2, 3])
  t.equal(bytes.toString('latin1', 2, 5), 'k-1')
  t.equal(bytes.length, 2 + 3 + 12 + 16 + '"plain words"'.length)
  t.notMatch(bytes.toString('latin1'), /plain|words/)
})

t.test('the same value never looks the same twice', async t => {
  const cipher = new Cipher([newKey('a')])
  t.not(
    Buffer.from(cipher.seal(notes.title, at('n1'), 'x')).toString('hex'),
    Buffer.from(cipher.seal(notes.title, at('n1'), 'x')).toString('hex'),
  )
})

t.test('a value opens in its own table, column and row only, and for its owner', async t => {
  const cipher = new Cipher([newKey('a')])
  const value = cipher.seal(notes.note, at('n1'), note)
  t.throws(() => cipher.open(notes.note, at('n2'), value), refused)
  t.throws(() => cipher.open(notes.draft, at('n1'), value), refused)
  t.throws(() => cipher.open(others.note, at('n1'), value), refused)
  t.throws(() => cipher.open(notes.note, { row: 'n1', owner: 'o2' }, value), refused)
  t.throws(() => cipher.open(notes.note, { row: 'n1', owner: null }, value), refused)
  t.same(cipher.open(notes.note, at('n1'), value), note)
})

t.test(
  'a value of the first format opens for any owner, and is bound to its owner when it is sealed again',
  async t => {
    const key = newKey('a')
    const cipher = new Cipher([key])
    const old = sealedAsBefore(key, ['notes', 'title', 'n1'], Buffer.from('"old"')) as Uint8Array as Sealed<string>
    t.equal(keyIdOf(old), 'a')
    t.equal(cipher.open(notes.title, at('n1'), old), 'old')
    t.equal(cipher.open(notes.title, { row: 'n1', owner: 'o2' }, old), 'old')
    t.throws(() => cipher.open(notes.title, at('n2'), old), refused)
    const renewed = cipher.reseal(notes.title, at('n1'), old) as typeof old
    t.equal(cipher.open(notes.title, at('n1'), renewed), 'old')
    t.throws(() => cipher.open(notes.title, { row: 'n1', owner: 'o2' }, renewed), refused)
    const downgraded = Buffer.from(renewed)
    downgraded[0] = 1
    t.throws(() => cipher.open(notes.title, at('n1'), downgraded as Uint8Array as typeof old), refused)
  },
)

t.test('a value that does not open is undefined with tryOpen, and reported', async t => {
  const heard: DecryptionFailed[] = []
  const key = newKey('a')
  const cipher = new Cipher([key], { onRefused: failure => void heard.push(failure) })
  const value = cipher.seal(notes.title, at('n1'), '')
  t.equal(cipher.tryOpen(notes.title, at('n1'), value), '', 'an empty value is a value')
  t.equal(heard.length, 0)
  t.equal(cipher.tryOpen(notes.title, at('n2'), value), undefined)
  t.equal(
    cipher.tryOpen(notes.title, at('n1'), new Cipher([newKey('lost')]).seal(notes.title, at('n1'), 'x')),
    undefined,
  )
  t.throws(() => cipher.open(notes.title, at('n3'), value), refused)
  t.match(heard, [
    { table: 'notes', column: 'title', row: 'n2', keyId: 'a', fault: 'damaged' },
    { row: 'n1', keyId: 'lost', fault: 'key-missing' },
    { row: 'n3', fault: 'damaged' },
  ])
})

t.test('names that would run together stay apart', async t => {
  const cipher = new Cipher([newKey('a')])
  const ab = pgTable('ab', { column: encrypted<string>('cd') })
  const a = pgTable('a', { column: encrypted<string>('bcd') })
  t.throws(() => cipher.open(a.column, at('e'), cipher.seal(ab.column, at('e'), 'x')), refused)
  t.throws(() => cipher.open(ab.column, at('de'), cipher.seal(a.column, at('e'), 'x')), refused)
})

t.test('a change of any byte is found', async t => {
  const cipher = new Cipher([newKey('a')])
  const value = cipher.seal(notes.title, at('n1'), 'ab')
  for (const index of value.keys()) {
    const changed = Buffer.from(value)
    changed[index] = (changed[index] ?? 0) ^ 1
    t.throws(() => cipher.open(notes.title, at('n1'), changed as Uint8Array as typeof value), refused, `byte ${index}`)
  }
})

t.test('a value cut anywhere is refused', async t => {
  const cipher = new Cipher([newKey('a')])
  const value = cipher.seal(notes.title, at('n1'), 'ab')
  for (let length = 0; length < value.length; length++)
    t.throws(
      () => cipher.open(notes.title, at('n1'), value.subarray(0, length) as typeof value),
      refused,
      `${length} bytes`,
    )
})

t.test('the first key writes, all read, and a renamed key still reads', async t => {
  const [first, second] = [newKey('first'), newKey('second')]
  const old = new Cipher([first]).seal(notes.title, at('n1'), 'old')
  const both = new Cipher([second, first])
  t.equal(both.open(notes.title, at('n1'), old), 'old')
  t.equal(new Cipher([second]).open(notes.title, at('n1'), both.seal(notes.title, at('n1'), 'new')), 'new')
  const renamed = Buffer.from(old)
  renamed.write('fifth', 2)
  t.equal(
    new Cipher([{ id: 'fifth', key: first.key }]).open(notes.title, at('n1'), renamed as Uint8Array as typeof old),
    'old',
  )
})

t.test('a value is resealed with the first key, in its own place only', async t => {
  const [first, second] = [newKey('first'), newKey('second')]
  const value = new Cipher([first]).seal(notes.note, at('n1'), note)
  const both = new Cipher([second, first])
  t.same([both.newestKeyId, both.keyIds], ['second', ['second', 'first']])
  const resealed = both.reseal(notes.note, at('n1'), value) as typeof value
  t.equal(keyIdOf(resealed), 'second')
  t.same(new Cipher([second]).open(notes.note, at('n1'), resealed), note)
  t.throws(() => both.reseal(notes.note, at('n2'), value), refused)
  t.throws(() => both.reseal(notes.draft, at('n1'), value), refused)
  t.throws(() => new Cipher([second]).reseal(notes.note, at('n1'), value), { ...refused, keyId: 'first' })
})

t.test('the first bytes of a value show which key sealed it', async t => {
  const value = Buffer.from(new Cipher([newKey('k1')]).seal(notes.title, at('n1'), 'x'))
  const beginsWith = (keyId: string) => value.subarray(0, sealedPrefix(keyId).byteLength).equals(sealedPrefix(keyId))
  t.same(['k1', 'k', 'k12', ''].map(beginsWith), [true, false, false, false])
  t.equal(keyIdOf(value), 'k1')
  for (let length = 0; length < 32; length++) t.equal(keyIdOf(value.subarray(0, length)), undefined)
  t.equal(keyIdOf(Buffer.from('words that were never sealed, and many of them')), undefined)
})

t.test('an encrypted column is distinguished from other columns, and from other bytes', async t => {
  const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
  const pictures = pgTable('pictures', { id: text('id'), picture: bytes('picture') })
  t.same([notes.note, notes.title, notes.id, pictures.picture].map(isEncrypted), [true, true, false, false])
})

t.test('a refusal names table, column and key, and nothing of the content', async t => {
  const value = new Cipher([newKey('lost')]).seal(notes.title, at('n1'), 'secret words')
  const error = thrown(() => new Cipher([newKey('a')]).open(notes.title, at('n1'), value))
  t.type(error, DecryptionFailed)
  t.match(error, { table: 'notes', column: 'title', keyId: 'lost', message: /notes\.title .*key lost/ })

  const plaintext = Buffer.from('secret words') as Uint8Array as typeof value
  const unreadable = thrown(() => new Cipher([newKey('a')]).open(notes.title, at('n1'), plaintext))
  t.match(unreadable, { keyId: undefined })
  t.notMatch(JSON.stringify(unreadable) + String(unreadable), /secret|words/)
})

t.test('a cipher needs keys of 32 bytes with different ids', async t => {
  t.throws(() => new Cipher([]), { code: 'INVALID_ENCRYPTION_KEYS' })
  t.throws(() => new Cipher([newKey('a'), newKey('a')]), { code: 'INVALID_ENCRYPTION_KEYS' })
  t.throws(() => new Cipher([{ id: 'a', key: randomBytes(16) }]), { code: 'INVALID_ENCRYPTION_KEYS' })
  t.throws(() => new Cipher([newKey('')]), { code: 'INVALID_ENCRYPTION_KEYS' })
})

t.test('keys are read from text', async t => {
  const [a, b] = [randomBytes(32), randomBytes(32)]
  const keys = parseEncryptionKeys(`2025-01:${a.toString('base64')}, old:${b.toString('base64')}`)
  t.same(keys, [
    { id: '2025-01', key: new Uint8Array(a) },
    { id: 'old', key: new Uint8Array(b) },
  ])
})

t.test('wrong keys are refused without a word of them', async t => {
  const key = randomBytes(32).toString('base64')
  const short = randomBytes(16).toString('base64')
  const wrong = [
    '',
    key,
    `a:${short}`,
    `a:${key},`,
    `a:${key},a:${key}`,
    `a:${key}:b`,
    `${key}:a`,
    `ä:${key}`,
    `a:${key}=`,
  ]
  for (const text of wrong) {
    const error = thrown(() => parseEncryptionKeys(text))
    t.type(error, InvalidEncryptionKeys)
    t.notOk(String(error).includes(key) || String(error).includes(short), String(error))
  }
})
