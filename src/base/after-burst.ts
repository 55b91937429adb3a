/**
 * Calls a function once work is done that is under way together, so that what follows does not hold up the rest of it; after `maxMs` at the
 * latest, while more work keeps coming.
 */
export class AfterBurst {
  readonly #call: () => void
  readonly #maxMs: number
  #underWay = 0
  #timer: NodeJS.Timeout | undefined

  constructor(call: () => void, maxMs: number) {
    this.#call = call
    this.#maxMs = maxMs
  }

  /** Does the work as a part of the burst. The call follows also when it rejects. */
  async during<Done>(work: () => Promise<Done>): Promise<Done> {
    this.#underWay += 1
    try {
      return await work()
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#callNow()
      else this.#timer ??= setTimeout(() => this.#callNow(), this.#maxMs)
    }
  }

  #callNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#call()
  }
}
