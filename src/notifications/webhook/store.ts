import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { webhooks } from './schema.ts'

/** Standard Webhooks asks for 24 to 64 bytes. */
const secretBytes = 32

export interface Webhook {
  id: string
  url: string
  secret: string
  createdAt: Date
}

/** The SQL of webhooks. */
export class WebhookStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  async ofOwner(tx: Queries, ownerId: string): Promise<Webhook | undefined> {
    const [row] = await tx.select().from(webhooks).where(eq(webhooks.ownerId, ownerId))
    return row && this.#opened(row)
  }

  async get(tx: Queries, id: string): Promise<Webhook | undefined> {
    const [row] = await tx.select().from(webhooks).where(eq(webhooks.id, id))
    return row && this.#opened(row)
  }

  /** Also of one whose key is missing here: only its id is read. */
  async idsOf(tx: Queries, ownerId: string): Promise<string[]> {
    const rows = await tx.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.ownerId, ownerId))
    return rows.map(({ id }) => id)
  }

  /** Takes the place of the one before, with a secret of its own: what was on its way to that one is dropped. */
  async replace(tx: Queries, ownerId: string, url: string): Promise<Webhook> {
    const id = uuidv7()
    const secret = `whsec_${randomBytes(secretBytes).toString('base64')}`
    const values = {
      id,
      url: this.#cipher.seal(webhooks.url, id, url),
      secret: this.#cipher.seal(webhooks.secret, id, secret),
      createdAt: new Date(),
    }
    await tx
      .insert(webhooks)
      .values({ ownerId, ...values })
      .onConflictDoUpdate({ target: webhooks.ownerId, set: values })
    return { id, url, secret, createdAt: values.createdAt }
  }

  async removeOf(tx: Queries, ownerId: string): Promise<boolean> {
    const rows = await tx.delete(webhooks).where(eq(webhooks.ownerId, ownerId)).returning({ id: webhooks.id })
    return rows.length > 0
  }

  async remove(tx: Queries, id: string): Promise<void> {
    await tx.delete(webhooks).where(eq(webhooks.id, id))
  }

  #opened({ id, url, secret, createdAt }: typeof webhooks.$inferSelect): Webhook {
    return {
      id,
      createdAt,
      url: this.#cipher.open(webhooks.url, id, url),
      secret: this.#cipher.open(webhooks.secret, id, secret),
    }
  }
}
