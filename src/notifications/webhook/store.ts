import { randomBytes } from 'node:crypto'
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { v7 as newUuid } from 'uuid'
import type { Queries } from '../../db/client.ts'
import type { Cipher, Place, Sealed } from '../../db/encrypted.ts'
import { type WebhookFault, type WebhookStatus, webhooks } from './tables.ts'

export interface StoredWebhook {
  /** Either is undefined when it can no longer be read. */
  url: string | undefined
  secret: string | undefined
  createdAt: Date
  askId: string | null
  status: WebhookStatus
  fault: WebhookFault | null
  verifiedAt: Date | null
  /** As it is stored: distinguishes this URL from one that has replaced it. */
  sealedUrl: Sealed<string>
}

/** A challenge to send. */
export interface WebhookAsk {
  ownerId: string
  askId: string
}

/** After this many tries without an answer a challenge has failed: four minutes after it began at the earliest. */
export const maxTries = 8

export class WebhookStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  async find(tx: Queries, ownerId: string): Promise<StoredWebhook | undefined> {
    const [row] = await tx.select().from(webhooks).where(eq(webhooks.ownerId, ownerId))
    if (!row) return undefined
    const place = placeOf(ownerId)
    const { url, secret, createdAt, askId, status, fault, verifiedAt } = row
    return {
      url: this.#cipher.tryOpen(webhooks.url, place, url),
      secret: this.#cipher.tryOpen(webhooks.secret, place, secret),
      sealedUrl: url,
      ...{ createdAt, askId, status, fault, verifiedAt },
    }
  }

  async isVerified(tx: Queries, ownerId: string): Promise<boolean> {
    const rows = await tx
      .select({ id: webhooks.ownerId })
      .from(webhooks)
      .where(and(eq(webhooks.ownerId, ownerId), eq(webhooks.status, 'verified')))
    return rows.length > 0
  }

  /**
   * Returns the secret if it is new: for a new webhook, or for a damaged one; another URL for an existing webhook keeps its
   * secret. `ask`: the challenge to send, after a new URL or secret, or when the last challenge has failed.
   */
  async put(tx: Queries, ownerId: string, url: string): Promise<{ secret?: string; ask?: WebhookAsk }> {
    const secret = newSecret()
    const place = placeOf(ownerId)
    const sealedUrl = this.#cipher.seal(webhooks.url, place, url)
    const sealedSecret = this.#cipher.seal(webhooks.secret, place, secret)
    const ask = { ownerId, askId: newUuid() }
    const made = await tx
      .insert(webhooks)
      .values({ ...ask, url: sealedUrl, secret: sealedSecret })
      .onConflictDoNothing()
      .returning({ id: webhooks.ownerId })
    if (made.length > 0) return { secret, ask }
    const [before] = await tx.select().from(webhooks).where(eq(webhooks.ownerId, ownerId)).for('update')
    const lost = before !== undefined && this.#cipher.tryOpen(webhooks.secret, place, before.secret) === undefined
    const same = before && !lost && this.#cipher.tryOpen(webhooks.url, place, before.url) === url
    if (same && before.status !== 'failed') return {}
    await tx
      .update(webhooks)
      .set({ url: sealedUrl, ...(lost && { secret: sealedSecret }), ...asked(ask.askId) })
      .where(eq(webhooks.ownerId, ownerId))
    return { ...(lost && { secret }), ask }
  }

  /** Another challenge for a webhook whose last one failed at least once. Undefined: there is none to send. */
  async askAgain(tx: Queries, ownerId: string): Promise<WebhookAsk | undefined> {
    const askId = newUuid()
    const rows = await tx
      .update(webhooks)
      .set(asked(askId))
      .where(and(eq(webhooks.ownerId, ownerId), sql`${webhooks.status} <> 'verified' and ${webhooks.tries} > 0`))
      .returning({ ownerId: webhooks.ownerId })
    return rows.length > 0 ? { ownerId, askId } : undefined
  }

  /** Some of the webhooks that are older than challenges; each is returned once, whatever number of processes asks. */
  async askNeverAsked(tx: Queries, limit: number): Promise<WebhookAsk[]> {
    const rows = await tx
      .select({ ownerId: webhooks.ownerId })
      .from(webhooks)
      .where(isNull(webhooks.askId))
      .limit(limit)
      .for('update', { skipLocked: true })
    if (rows.length === 0) return []
    const ownerIds = rows.map(({ ownerId }) => ownerId)
    const asks = await tx
      .update(webhooks)
      .set(asked(sql`gen_random_uuid()`))
      .where(inArray(webhooks.ownerId, ownerIds))
      .returning({ ownerId: webhooks.ownerId, askId: webhooks.askId })
    return asks as WebhookAsk[]
  }

  /** False when another challenge has replaced it. */
  async verified(tx: Queries, ask: WebhookAsk): Promise<boolean> {
    const rows = await tx
      .update(webhooks)
      .set({ status: 'verified', verifiedAt: sql`now()`, fault: null })
      .where(pending(ask))
      .returning({ id: webhooks.ownerId })
    return rows.length > 0
  }

  /** Counts a try. Returns whether another one follows. */
  async unanswered(tx: Queries, ask: WebhookAsk, fault: WebhookFault, { final = false } = {}): Promise<boolean> {
    const last = final ? sql`true` : sql`${webhooks.tries} + 1 >= ${maxTries}`
    const rows = await tx
      .update(webhooks)
      .set({
        tries: sql`${webhooks.tries} + 1`,
        fault,
        status: sql`case when ${last} then 'failed' else 'pending' end`,
      })
      .where(pending(ask))
      .returning({ status: webhooks.status })
    return rows[0]?.status === 'pending'
  }

  /** Undefined when there is no webhook. The old secret signs nothing from now on. */
  async rotate(tx: Queries, ownerId: string): Promise<string | undefined> {
    const secret = newSecret()
    const changed = await tx
      .update(webhooks)
      .set({ secret: this.#cipher.seal(webhooks.secret, placeOf(ownerId), secret) })
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

/** The values of the row when a challenge begins. */
function asked<Id>(askId: Id) {
  return { askId, status: 'pending' as const, tries: 0, fault: null, verifiedAt: null }
}

function pending({ ownerId, askId }: WebhookAsk) {
  return and(eq(webhooks.ownerId, ownerId), eq(webhooks.askId, askId), eq(webhooks.status, 'pending'))
}

function placeOf(ownerId: string): Place {
  return { row: ownerId, owner: ownerId }
}

/** A secret as Standard Webhooks writes it: 24 to 64 random bytes. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
