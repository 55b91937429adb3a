import { and, asc, eq, ne, sql } from 'drizzle-orm'
import { validate as isUuid } from 'uuid'
import type { Database, Queries } from '../../db/client.ts'
import type { Cipher, Sealed } from '../../db/encrypted.ts'
import type { Language } from '../../http/language.ts'
import { type PushKeys, subscriptionId } from './subscription.ts'
import { pushSubscriptions } from './tables.ts'

export const maxSubscriptions = 20

export interface PushSubscription {
  endpoint: string
  keys: PushKeys
  language: Language
}

export class PushStore {
  readonly #database: Database
  readonly #cipher: Cipher

  constructor(database: Database, cipher: Cipher) {
    this.#database = database
    this.#cipher = cipher
  }

  /**
   * Stores it; the same endpoint again changes the stored one. A subscription of another owner becomes this owner's: the browser
   * is the same, and who used it before must not get notifications on it any more.
   */
  async add(
    ownerId: string,
    { endpoint, keys, language }: PushSubscription,
  ): Promise<{ kind: 'kept'; id: string; created: boolean } | { kind: 'too-many' }> {
    const id = await subscriptionId(this.#database.queries, this.#cipher, endpoint)
    return this.#database.queries.transaction(async tx => {
      // Without the lock, two at once would both find room for one.
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`push-subscriptions ${ownerId}`}, 0))`)
      const others = await tx
        .select({ id: pushSubscriptions.id })
        .from(pushSubscriptions)
        .where(and(eq(pushSubscriptions.ownerId, ownerId), ne(pushSubscriptions.id, id)))
      if (others.length >= maxSubscriptions) return { kind: 'too-many' as const }
      const [before] = await tx
        .select({ ownerId: pushSubscriptions.ownerId })
        .from(pushSubscriptions)
        .where(eq(pushSubscriptions.id, id))
      const place = { row: id, owner: ownerId }
      const values = {
        ownerId,
        endpoint: this.#cipher.seal(pushSubscriptions.endpoint, place, endpoint),
        keys: this.#cipher.seal(pushSubscriptions.keys, place, keys),
        language,
      }
      await tx
        .insert(pushSubscriptions)
        .values({ id, ...values })
        .onConflictDoUpdate({ target: pushSubscriptions.id, set: values })
      return { kind: 'kept' as const, id, created: before?.ownerId !== ownerId }
    })
  }

  async ids(tx: Queries, ownerId: string): Promise<string[]> {
    const rows = await tx
      .select({ id: pushSubscriptions.id })
      .from(pushSubscriptions)
      .where(eq(pushSubscriptions.ownerId, ownerId))
    return rows.map(({ id }) => id)
  }

  /** `damaged`: nothing can be sent to it until its browser subscribes again. */
  async list(
    tx: Queries,
    ownerId: string,
  ): Promise<{ id: string; language: Language; createdAt: Date; damaged: boolean }[]> {
    const { createdAt, id } = pushSubscriptions
    const rows = await tx
      .select()
      .from(pushSubscriptions)
      .where(eq(pushSubscriptions.ownerId, ownerId))
      .orderBy(asc(createdAt), asc(id))
    return rows.map(row => ({
      id: row.id,
      language: row.language,
      createdAt: row.createdAt,
      damaged: this.#opened(row) === undefined,
    }))
  }

  #opened({
    id,
    ownerId,
    endpoint: sealedEndpoint,
    keys: sealedKeys,
    language,
  }: typeof pushSubscriptions.$inferSelect) {
    const place = { row: id, owner: ownerId }
    const endpoint = this.#cipher.tryOpen(pushSubscriptions.endpoint, place, sealedEndpoint)
    const keys = this.#cipher.tryOpen(pushSubscriptions.keys, place, sealedKeys)
    return endpoint === undefined || keys === undefined ? undefined : { endpoint, keys, language, sealedEndpoint }
  }

  /** Undefined when this owner has none with the id, or it can no longer be read. */

  async find(
    tx: Queries,
    id: string,
    ownerId: string,
  ): Promise<(PushSubscription & { sealedEndpoint: Sealed<string> }) | undefined> {
    const [row] = await tx
      .select()
      .from(pushSubscriptions)
      .where(and(eq(pushSubscriptions.id, id), eq(pushSubscriptions.ownerId, ownerId)))
    return row && this.#opened(row)
  }

  /** With `sealedEndpoint`, only if its browser has not subscribed again since it was read. */
  async remove(tx: Queries, id: string, ownerId: string, sealedEndpoint?: Sealed<string>): Promise<boolean> {
    if (!isUuid(id)) return false
    const same = sealedEndpoint && eq(pushSubscriptions.endpoint, sealedEndpoint)
    const gone = await tx
      .delete(pushSubscriptions)
      .where(and(eq(pushSubscriptions.id, id), eq(pushSubscriptions.ownerId, ownerId), same))
      .returning({ id: pushSubscriptions.id })
    return gone.length > 0
  }
}
