import { randomBytes } from 'node:crypto'
import type { Queries } from '../db/client.ts'
import { type Cipher, DecryptionFailed, type Sealed } from '../db/encrypted.ts'
import { BlindIndex } from './blind-index.ts'
import { library, libraryKeys } from './tables.ts'

/** The id of the only row. */
const id = 1
const place = { row: String(id), owner: null }

/**
 * The index with the secret of this database; the first caller makes it. It is a secret of its own and not derived from
 * `ENCRYPTION_KEYS`: `npm run keys:rotate` re-encrypts it like any other value, and the tokens stay what they are.
 *
 * Undefined when the secret is there and cannot be read: then every search opens every text and finds all the same, only more
 * slowly, and entries written meanwhile get no tokens. `npm run rebuild:library` makes another secret.
 *
 * Read each time, since it costs one short statement: so no process holds a secret that was rolled back or replaced. Do not
 * call it within a snapshot, which would not see the row that another process has just added.
 */
export async function openIndex(queries: Queries, cipher: Cipher): Promise<BlindIndex | undefined> {
  const stored = (await find(queries)) ?? (await make(queries, cipher))
  const secret = cipher.tryOpen(libraryKeys.key, place, stored)
  return secret === undefined ? undefined : new BlindIndex(Buffer.from(secret, 'base64'))
}

/**
 * The index, with a new secret if the stored one is damaged: entries then have no tokens until they are written again.
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

/** If several processes make one at once, the first one's secret is stored, and the others read it. */
async function make(queries: Queries, cipher: Cipher) {
  const key = sealedSecret(cipher)
  await queries.insert(libraryKeys).values({ id, key }).onConflictDoNothing()
  return (await find(queries)) ?? key
}
