import { and, eq } from 'drizzle-orm'
import type { Queries } from './client.ts'
import { type Cipher, DecryptionFailed, type Sealed } from './encrypted.ts'
import { serverSecrets } from './tables.ts'

/**
 * A secret made once, by the first process, and then the same for all processes on this database. `make` may be called
 * without its result being used. A JSON value.
 *
 * A damaged one is replaced, since its users would fail for good: digests made with it, such as that of an old
 * `Idempotency-Key`, are no longer recognised then. The cipher's `onRefused` is called. One under a key that was not
 * given is whole, and stays.
 *
 * @throws DecryptionFailed when its key was not given
 */
export async function serverSecret<T>(queries: Queries, cipher: Cipher, name: string, make: () => T): Promise<T> {
  const place = { row: name, owner: null }
  const kept = await read()
  if (kept.kind === 'kept') return kept.value
  const value = cipher.seal(serverSecrets.value, place, make())
  if (kept.kind === 'none') await queries.insert(serverSecrets).values({ name, value }).onConflictDoNothing()
  else {
    const same = and(eq(serverSecrets.name, name), eq(serverSecrets.value, kept.stored))
    await queries.update(serverSecrets).set({ value }).where(same)
  }
  // Of two concurrent inserts, both processes read the first one's.
  const [row] = await find()
  return cipher.open(serverSecrets.value, place, row?.value ?? value) as T

  function find() {
    return queries.select().from(serverSecrets).where(eq(serverSecrets.name, name))
  }

  async function read(): Promise<
    { kind: 'none' } | { kind: 'kept'; value: T } | { kind: 'damaged'; stored: Sealed<unknown> }
  > {
    const [row] = await find()
    if (!row) return { kind: 'none' }
    try {
      return { kind: 'kept', value: cipher.open(serverSecrets.value, place, row.value) as T }
    } catch (error) {
      if (!(error instanceof DecryptionFailed) || error.fault === 'key-missing') throw error
      return { kind: 'damaged', stored: row.value }
    }
  }
}
