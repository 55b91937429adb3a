import type { Database } from './client.ts'

/** How often a queue is polled without being woken: for jobs of other instances, and of processes that died. */
const pollMs = 2_000

/**
 * The longest interval on a database that belongs to this process alone, where only a job's delay ends without a wake.
 * The interval doubles each time, as those delays do. A poll every 2 s cost 39 ms a second on an idle embedded
 * database, and more the more it held.
 */
const maxPollAloneMs = 16_000

/** Jobs that come within this time of a poll are taken in one batch: a burst costs a few transactions, not one each. */
const gatherMs = 25

/**
 * Polls a queue: when woken, at once when there may be more, and every two seconds anyway; less and less often where no
 * other process can send to it.
 */
export class Poller {
  readonly #take: () => Promise<boolean>
  readonly #onFault: (error: unknown) => void
  readonly #maxPollMs: number
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #wake: () => void = () => {}
  #woken = false
  #pollMs = pollMs

  /**
   * @param take takes the waiting jobs; resolves with whether there may be more at once
   * @param database where the queue is
   */
  constructor(take: () => Promise<boolean>, onFault: (error: unknown) => void, { backend }: Pick<Database, 'backend'>) {
    this.#take = take
    this.#onFault = onFault
    this.#maxPollMs = backend === 'pglite' ? maxPollAloneMs : pollMs
  }

  /** True once `stop` was called. */
  get stopping(): boolean {
    return this.#stopping.signal.aborted
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Polls soon: there may be a job in the queue. */
  wake(): void {
    this.#woken = true
    this.#wake()
  }

  /** Resolves when nothing more is taken. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.stopping) {
      this.#woken = false
      let nextPollMs = Math.min(2 * this.#pollMs, this.#maxPollMs)
      try {
        if (await this.#take()) continue
      } catch (error) {
        this.#onFault(error)
        nextPollMs = pollMs
      }
      const polledAt = performance.now()
      if (!this.#woken) await this.#idle()
      this.#pollMs = this.#woken ? pollMs : nextPollMs
      const tooSoonMs = gatherMs - (performance.now() - polledAt)
      if (tooSoonMs > 0 && !this.stopping) await new Promise(resolve => setTimeout(resolve, tooSoonMs))
    }
  }

  async #idle(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, this.#pollMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.stopping || this.#woken) this.#wake()
    })
    this.#wake = () => {}
  }
}
