import { setImmediate as nextTurn } from 'node:timers/promises'

export interface BatcherOptions {
  /** Batches at the same time. */
  maxConcurrentBatches: number
  /** Items of one batch. */
  maxBatchSize: number
  /**
   * Whether the waiting items fail with a batch that failed with this error: as with an unavailable database, for which
   * each batch would wait in turn.
   */
  failsAll?(error: unknown): boolean
}

/**
 * Runs single requests in batches: the items that come in one turn of the event loop run in the next one, unless
 * `maxConcurrentBatches` batches run; the items that come until one of them has ended are the next batch. No item waits
 * longer to be joined by others, and no more items are held than callers wait for.
 */
export class Batcher<Item, Done> {
  readonly #work: (items: readonly Item[]) => Promise<readonly Done[]>
  readonly #options: BatcherOptions
  readonly #waiting: { item: Item; resolve(done: Done): void; reject(error: unknown): void }[] = []
  #running = 0

  /** @param work answers for each item, in order; if it rejects, all items of the batch reject */
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
      // Another batch began in the same turn and took the items.
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
