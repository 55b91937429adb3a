import { setImmediate as nextTurn } from 'node:timers/promises'

export interface BatcherOptions {
  /** Batches at the same time. */
  maxConcurrentBatches: number
  /** Items of one batch. */
  maxBatchSize: number
  /** Whether what waits fails with a batch that failed so: as with a database that is away, for which each would wait in turn. */
  failsAll?(error: unknown): boolean
}

/**
 * Does what is asked for item by item in batches: what came in one turn of the event loop is done in the next one, unless
 * `maxConcurrentBatches` batches are being done; what comes until one of them has ended is the next batch. Nobody waits any longer to be
 * joined by others, and no more wait than ask. The turn is for work that does not wait for anything outside, as on the
 * embedded database: without it nothing could come meanwhile.
 */
export class Batcher<Item, Done> {
  readonly #work: (items: readonly Item[]) => Promise<readonly Done[]>
  readonly #options: BatcherOptions
  readonly #waiting: { item: Item; resolve(done: Done): void; reject(error: unknown): void }[] = []
  #running = 0

  /** @param work answers for each item, in their order; if it rejects, so do all of them */
  constructor(work: (items: readonly Item[]) => Promise<readonly Done[]>, options: BatcherOptions) {
    this.#work = work
    this.#options = options
  }

  do(item: Item): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (this.#running < this.#options.maxConcurrentBatches) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running++
    while (this.#waiting.length > 0) {
      await nextTurn()
      const batch = this.#waiting.splice(0, this.#options.maxBatchSize)
      // Another one has begun in the same turn.
      if (batch.length === 0) break
      try {
        const done = await this.#work(batch.map(({ item }) => item))
        for (const [index, { resolve }] of batch.entries()) resolve(done[index] as Done)
      } catch (error) {
        const failed = this.#options.failsAll?.(error) ? [...batch, ...this.#waiting.splice(0)] : batch
        for (const { reject } of failed) reject(error)
      }
    }
    this.#running--
  }
}
