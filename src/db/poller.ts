import type { Database } from './client.ts'

/** How often a queue is looked at without being woken: jobs of other instances, and of processes that died. */
const pollMs = 2_000

/**
 * The same for a database that is this process's alone, where only waits end unseen: twice as long each time, as those waits
 * double. A look each 2 s cost 39 ms a second on an embedded database on which nothing happened, and more the more it held.
 */
const maxPollAloneMs = 16_000

/** What comes within this time of a look at the queue is taken together: a burst costs a few transactions, not one each. */
const gatherMs = 25

/**
 * Looks into a queue again and again: when woken, at once when there may be more, and every two seconds anyway; less and less
 * often where nobody else could have put something there.
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
   * @param take takes what there is; resolves with whether there may be more at once
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

  /** There may be something in the queue. */
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
      const looked = performance.now()
      if (!this.#woken) await this.#idle()
      this.#pollMs = this.#woken ? pollMs : nextPollMs
      const tooSoonMs = gatherMs - (performance.now() - looked)
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
