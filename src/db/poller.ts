import { setTimeout as delay } from 'node:timers/promises'

/** How often a queue is looked at without being woken: jobs of other instances, and of processes that died. */
const pollMs = 2_000

/** What comes within this time of a look at the queue is taken together: a burst costs a few transactions, not one each. */
const gatherMs = 25

/** Looks into a queue again and again: when woken, at once when there may be more, and every two seconds anyway. */
export class Poller {
  readonly #take: () => Promise<boolean>
  readonly #onFault: (error: unknown) => void
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #wake: () => void = () => {}
  #woken = false

  /** @param take takes what there is; resolves with whether there may be more at once */
  constructor(take: () => Promise<boolean>, onFault: (error: unknown) => void) {
    this.#take = take
    this.#onFault = onFault
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
      try {
        if (await this.#take()) continue
      } catch (error) {
        this.#onFault(error)
      }
      const looked = performance.now()
      if (!this.#woken) await this.#idle()
      const tooSoonMs = gatherMs - (performance.now() - looked)
      if (tooSoonMs > 0 && !this.stopping) await delay(tooSoonMs)
    }
  }

  async #idle(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, pollMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.stopping || this.#woken) this.#wake()
    })
    this.#wake = () => {}
  }
}
