import { sql } from 'drizzle-orm'
import type { Queries, Transaction } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { idempotencyKeyReused } from '../errors.ts'
import type { RequestDigests, TaskRow } from '../store/rows.ts'
import type { TaskStore } from '../store/task-store.ts'
import { type KeyedRequest, RequestDigester } from './request-digests.ts'

/** `repeats`: the request was here before, and this is the task that it created then. */
export type Once<Made> = ({ repeats: false } & Made) | { repeats: true; task: TaskRow }

/**
 * Creates one task for a request, however often it comes: a client that got no answer sends it again with the same
 * `Idempotency-Key`, to whichever instance. A key stays with its task, and goes with it.
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
   * Runs `make` in a transaction, for it to create the task with these digests; not at all if this request did so before.
   * What it throws leaves the key free.
   *
   * Requests with the same key wait for each other before they look at anything, so that the second finds the task of the
   * first, and is not refused for what the first has done: taken the last place of the queue, made a conversation busy.
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
    // A statement of its own: the one that looks must begin when whoever had the lock has committed.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${digests.key}, 0))`)
    const found = await this.#store.findKeyed(tx, ownerId, digests.key)
    if (found && found.requestDigest !== digests.request) throw idempotencyKeyReused()
    return found?.task
  }
}
