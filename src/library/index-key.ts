import { randomBytes } from 'node:crypto'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { BlindIndex } from './blind-index.ts'
import { libraryKeys } from './schema.ts'

/** Of the only row. */
const id = 1

/**
 * The index with the secret of this database, made by whoever asks first. It is a secret of its own and not derived from
 * `ENCRYPTION_KEYS`: `npm run keys:rotate` encrypts it anew like any other value, and the tokens stay what they are. If it
 * is lost, remove the row and rebuild the library.
 *
 * Read each time, since it costs one short statement: nothing here can hold one that was rolled back or replaced. Not
 * within a snapshot, which would not see the row that another process has just added.
 *
 * @throws DecryptionFailed when its key was not given
 */
export async function openIndex(queries: Queries, cipher: Cipher): Promise<BlindIndex> {
  const stored = (await find(queries)) ?? (await make(queries, cipher))
  return new BlindIndex(Buffer.from(cipher.open(libraryKeys.key, String(id), stored), 'base64'))
}

async function find(queries: Queries) {
  const [row] = await queries.select().from(libraryKeys)
  return row?.key
}

/** Of several at once one makes it, and the others find that. */
async function make(queries: Queries, cipher: Cipher) {
  const key = cipher.seal(libraryKeys.key, String(id), randomBytes(32).toString('base64'))
  await queries.insert(libraryKeys).values({ id, key }).onConflictDoNothing()
  return (await find(queries)) ?? key
}
