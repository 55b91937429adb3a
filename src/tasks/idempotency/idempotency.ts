import { sql } from 'drizzle-orm'
import type { Queries, Transaction } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { idempotencyKeyReused } from '../errors.ts'
import type { RequestDigests, TaskRow } from '../store/rows.ts'
import type { TaskStore } from '../store/task-store.ts'
import { type KeyedRequest, RequestDigester } from './request-digests.ts'

/** `repeats`: an earlier request was the same, and this is the task that it created. */
export type Once<Made> = ({ repeats: false } & Made) | { repeats: true; task: TaskRow }

/**
 * Creates one task for a request, however often the request comes: a client that got no answer sends it again with the
 * same `Idempotency-Key`, to any instance. A key is stored with its task and removed with it.
 */
export class Idempotency {
  readonly #queries: Queries
  readonly #store: TaskStore
  readonly #digester: RequestDigester

  constructor({ queries, cipher, store }: { queries: Queries; cipher: Cipher; store: TaskStore }) {
    this.#queries = queries
    this.#store = store
    this.#digester = new RequestDigester(queries, cipher)
  }

  /**
   * Runs `make` in a transaction to create the task with these digests, unless an earlier request did so. An error of
   * `make` leaves the key free.
   *
   * Requests with the same key wait for each other before they read anything. So the second one finds the task of the
   * first, and is not refused for an effect of the first: the last place of the queue taken, a conversation busy.
   *
   * @throws Problem `idempotency-key-reused` when another request of this owner has this key
   */
  async once<Made extends { task: TaskRow }>(
    request: KeyedRequest,
    make: (tx: Transaction, digests: RequestDigests | undefined) => Promise<Made>,
  ): Promise<Once<Made>> {
    const digests = await this.#digester.digests(request)
    return this.#queries.transaction(async tx => {
      const task = digests && (await this.#find(tx, request.ownerId, digests))
      return task ? { repeats: true, task } : { repeats: false, ...(await make(tx, digests)) }
    })
  }

  async #find(tx: Queries, ownerId: string, digests: RequestDigests): Promise<TaskRow | undefined> {
    // A statement of its own: the one that searches must begin after the holder of the lock has committed.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${digests.key}, 0))`)
    const found = await this.#store.findKeyed(tx, ownerId, digests.key)
    if (found && found.requestDigest !== digests.request) throw idempotencyKeyReused()
    return found?.task
  }
}
