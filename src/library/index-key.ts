import { randomBytes } from 'node:crypto'
import type { Queries } from '../db/client.ts'
import { type Cipher, DecryptionFailed, type Sealed } from '../db/encrypted.ts'
import { BlindIndex } from './blind-index.ts'
import { library, libraryKeys } from './tables.ts'

/** Of the only row. */
const id = 1
const place = { row: String(id), owner: null }

/**
 * The index with the secret of this database, made by whoever asks first. It is a secret of its own and not derived from
 * `ENCRYPTION_KEYS`: `npm run keys:rotate` re-encrypts it like any other value, and the tokens stay what they are.
 *
 * Undefined when it is there and cannot be read: then every search looks into everything and finds all the same, only more
 * slowly, and what is written meanwhile gets no tokens. `npm run rebuild:library` makes another.
 *
 * Read each time, since it costs one short statement: nothing here can hold one that was rolled back or replaced. Not
 * within a snapshot, which would not see the row that another process has just added.
 */
export async function openIndex(queries: Queries, cipher: Cipher): Promise<BlindIndex | undefined> {
  const stored = (await find(queries)) ?? (await make(queries, cipher))
  const secret = cipher.tryOpen(libraryKeys.key, place, stored)
  return secret === undefined ? undefined : new BlindIndex(Buffer.from(secret, 'base64'))
}

/**
 * The index, with another secret if that which is there is damaged: no entry has tokens then, until it is written again.
 * Undefined when the secret is whole, but under a key that was not given.
 */
export async function mendedIndex(queries: Queries, cipher: Cipher): Promise<BlindIndex | undefined> {
  await queries.transaction(async tx => {
    const [row] = await tx.select().from(libraryKeys).for('update')
    if (!row || !isDamaged(cipher, row.key)) return
    await tx.update(libraryKeys).set({ key: sealedSecret(cipher) })
    await tx.update(library).set({ indexTokens: null })
  })
  return openIndex(queries, cipher)
}

function isDamaged(cipher: Cipher, stored: Sealed<string>): boolean {
  try {
    cipher.open(libraryKeys.key, place, stored)
    return false
  } catch (error) {
    if (error instanceof DecryptionFailed) return error.fault === 'damaged'
    throw error
  }
}

function sealedSecret(cipher: Cipher): Sealed<string> {
  return cipher.seal(libraryKeys.key, place, randomBytes(32).toString('base64'))
}

async function find(queries: Queries) {
  const [row] = await queries.select().from(libraryKeys)
  return row?.key
}

/** Of several at once one makes it, and the others find that. */
async function make(queries: Queries, cipher: Cipher) {
  const key = sealedSecret(cipher)
  await queries.insert(libraryKeys).values({ id, key }).onConflictDoNothing()
  return (await find(queries)) ?? key
}
