/** A postponed request comes back after at least, and at most, this long. */
const waitLimitsMs = { least: 200, most: 60_000 }

/** The assumed duration of a request until one has ended. */
const firstGuessMs = 500

/** The weight of the last request in the estimate for the next one. */
const weight = 0.3

/**
 * Requests that share something, such as a host, of which only a fixed number may be under way at once.
 *
 * Requests beyond that learn when to come back, as if they stood in a queue that moves as fast as the last requests did. So each
 * comes about when it is its turn, and not all of them again and again. Times are monotonic, in ms.
 */
export class Lane {
  readonly #max: number
  #running = 0
  #averageMs = firstGuessMs
  /** The estimated end of the queue. */
  #queueEndsAt = 0

  constructor(max: number) {
    this.#max = max
  }

  get full(): boolean {
    return this.#running >= this.#max
  }

  /** Takes a place in the queue: returns when to come back. */
  queue(now: number): number {
    const least = now + waitLimitsMs.least
    const most = now + waitLimitsMs.most
    this.#queueEndsAt = Math.min(most, Math.max(least, this.#queueEndsAt + this.#averageMs / this.#max))
    return this.#queueEndsAt - now
  }

  /** Call the returned function once, when the request has ended. */
  enter(now: number): (now: number) => void {
    this.#running++
    return ended => {
      this.#running--
      this.#averageMs += weight * (ended - now - this.#averageMs)
    }
  }
}
