import { createHmac, randomBytes } from 'node:crypto'
import { stringify } from 'safe-stable-stringify'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { serverSecret } from '../../db/server-secret.ts'
import type { RequestDigests } from '../store/rows.ts'

/** What a request asks for, and its owner; with a key if the client wants to be able to repeat it. */
export interface KeyedRequest {
  ownerId: string
  idempotencyKey: string | undefined
  /** A JSON value with all that distinguishes this request from another; its members may come in any order. */
  asksFor: unknown
}

/**
 * Digests of requests: HMACs under a secret, since a key can be guessed, and a text even more so. The secret is stored
 * encrypted. `npm run keys:rotate` re-encrypts the secret, and the digests stay the same.
 */
export class RequestDigester {
  readonly #queries: Queries
  readonly #cipher: Cipher
  #secret: Promise<string> | undefined

  constructor(queries: Queries, cipher: Cipher) {
    this.#queries = queries
    this.#cipher = cipher
  }

  /**
   * Undefined without a key. Not to be called within a transaction: it may have to make the secret. @throws
   * DecryptionFailed
   */
  async digests({ ownerId, idempotencyKey, asksFor }: KeyedRequest): Promise<RequestDigests | undefined> {
    if (idempotencyKey === undefined) return undefined
    const secret = Buffer.from(await this.#readSecret(), 'base64')
    const digest = (...parts: unknown[]) => createHmac('sha256', secret).update(stringify(parts)).digest('base64url')
    // Owner and key in both: stored digests do not reveal that two requests asked for the same.
    return { key: digest('key', ownerId, idempotencyKey), request: digest('request', ownerId, idempotencyKey, asksFor) }
  }

  /** Reads the secret once, since it never changes; again after a fault. */
  #readSecret(): Promise<string> {
    const make = () => randomBytes(32).toString('base64')
    this.#secret ??= serverSecret(this.#queries, this.#cipher, 'idempotency', make).catch(error => {
      this.#secret = undefined
      throw error
    })
    return this.#secret
  }
}
