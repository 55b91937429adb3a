import { createHmac, randomBytes } from 'node:crypto'
import { stringify } from 'safe-stable-stringify'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { serverSecret } from '../../db/server-secret.ts'
import type { RequestDigests } from '../store/rows.ts'

/** What is asked for, by whom; with a key, if its sender wants to be able to repeat it. */
export interface KeyedRequest {
  ownerId: string
  idempotencyKey: string | undefined
  /** All that makes it another request if it is different: a JSON value, whose members may come in any order. */
  asksFor: unknown
}

/**
 * Digests of requests: HMACs under a secret that lies in the database encrypted, since a key may be something that can be
 * guessed, and a text even more so. `npm run keys:rotate` encrypts the secret anew, and the digests stay what they are.
 */
export class RequestDigester {
  readonly #queries: Queries
  readonly #cipher: Cipher
  #secret: Promise<string> | undefined

  constructor(queries: Queries, cipher: Cipher) {
    this.#queries = queries
    this.#cipher = cipher
  }

  /** Undefined without a key. Not from within a transaction: it may have to make the secret. @throws DecryptionFailed */
  async digests({ ownerId, idempotencyKey, asksFor }: KeyedRequest): Promise<RequestDigests | undefined> {
    if (idempotencyKey === undefined) return undefined
    const secret = Buffer.from(await this.#readSecret(), 'base64')
    const digest = (...parts: unknown[]) => createHmac('sha256', secret).update(stringify(parts)).digest('base64url')
    // Owner and key in both: what is stored does not even tell that two requests were the same.
    return { key: digest('key', ownerId, idempotencyKey), request: digest('request', ownerId, idempotencyKey, asksFor) }
  }

  /** Once is enough, for it never changes; again after a fault. */
  #readSecret(): Promise<string> {
    const make = () => randomBytes(32).toString('base64')
    this.#secret ??= serverSecret(this.#queries, this.#cipher, 'idempotency', make).catch(error => {
      this.#secret = undefined
      throw error
    })
    return this.#secret
  }
}
