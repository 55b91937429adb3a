import { randomBytes } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { Queries } from '../../db/client.ts'
import type { Cipher, Sealed } from '../../db/encrypted.ts'
import { webhooks } from './schema.ts'

export interface StoredWebhook {
  url: string
  secret: string
  createdAt: Date
  /** As it is stored: tells this URL from one that has taken its place. */
  sealedUrl: Sealed<string>
}

export class WebhookStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  async find(tx: Queries, ownerId: string): Promise<StoredWebhook | undefined> {
    const [row] = await tx.select().from(webhooks).where(eq(webhooks.ownerId, ownerId))
    return (
      row && {
        url: this.#cipher.open(webhooks.url, ownerId, row.url),
        secret: this.#cipher.open(webhooks.secret, ownerId, row.secret),
        createdAt: row.createdAt,
        sealedUrl: row.url,
      }
    )
  }

  async exists(tx: Queries, ownerId: string): Promise<boolean> {
    const rows = await tx.select({ id: webhooks.ownerId }).from(webhooks).where(eq(webhooks.ownerId, ownerId))
    return rows.length > 0
  }

  /** Answers the secret if the webhook is new. Another URL for one that is there keeps its secret. */
  async put(tx: Queries, ownerId: string, url: string): Promise<{ secret?: string }> {
    const secret = newSecret()
    const sealedUrl = this.#cipher.seal(webhooks.url, ownerId, url)
    const made = await tx
      .insert(webhooks)
      .values({ ownerId, url: sealedUrl, secret: this.#cipher.seal(webhooks.secret, ownerId, secret) })
      .onConflictDoNothing()
      .returning({ id: webhooks.ownerId })
    if (made.length > 0) return { secret }
    await tx.update(webhooks).set({ url: sealedUrl }).where(eq(webhooks.ownerId, ownerId))
    return {}
  }

  /** Undefined when there is no webhook. The old secret signs nothing from now on. */
  async rotate(tx: Queries, ownerId: string): Promise<string | undefined> {
    const secret = newSecret()
    const changed = await tx
      .update(webhooks)
      .set({ secret: this.#cipher.seal(webhooks.secret, ownerId, secret) })
      .where(eq(webhooks.ownerId, ownerId))
      .returning({ id: webhooks.ownerId })
    return changed.length > 0 ? secret : undefined
  }

  async remove(tx: Queries, ownerId: string, sealedUrl?: Sealed<string>): Promise<boolean> {
    const same = sealedUrl && eq(webhooks.url, sealedUrl)
    const gone = await tx
      .delete(webhooks)
      .where(and(eq(webhooks.ownerId, ownerId), same))
      .returning({ id: webhooks.ownerId })
    return gone.length > 0
  }
}

/** As Standard Webhooks writes one: 24 to 64 random bytes. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
