import { eq } from 'drizzle-orm'
import type { Queries } from './client.ts'
import type { Cipher } from './encrypted.ts'
import { serverSecrets } from './schema.ts'

/**
 * A secret that is made once and then the same for all processes on this database, whichever comes first. `make` may be
 * called without its result being used. A JSON value.
 */
export async function serverSecret<T>(queries: Queries, cipher: Cipher, name: string, make: () => T): Promise<T> {
  const read = async () => {
    const [row] = await queries.select().from(serverSecrets).where(eq(serverSecrets.name, name))
    return row && (cipher.open(serverSecrets.value, name, row.value) as T)
  }
  const kept = await read()
  if (kept !== undefined) return kept
  const value = cipher.seal(serverSecrets.value, name, make())
  await queries.insert(serverSecrets).values({ name, value }).onConflictDoNothing()
  // Of two that came at once, both take what the first has written.
  return (await read()) as T
}
