/** What is put off comes back after at least, and at most, so long. */
const waitLimitsMs = { least: 200, most: 60_000 }

/** What a request is thought to take while none has been seen to end. */
const firstGuessMs = 500

/** How much the last request says of the next one. */
const weight = 0.3

/**
 * Requests that share something, such as a host, of which only so many may be under way at once.
 *
 * Those beyond are told when to come back: as if they stood in a line, which moves as fast as the last requests did. So each
 * comes about when it is its turn, and not all of them again and again. Times are monotonic, in ms.
 */
export class Lane {
  readonly #max: number
  #running = 0
  #averageMs = firstGuessMs
  /** When the line is thought to have come to its end. */
  #lineEndsAt = 0

  constructor(max: number) {
    this.#max = max
  }

  get full(): boolean {
    return this.#running >= this.#max
  }

  /** A place in the line: when to come back. */
  queue(now: number): number {
    const least = now + waitLimitsMs.least
    const most = now + waitLimitsMs.most
    this.#lineEndsAt = Math.min(most, Math.max(least, this.#lineEndsAt + this.#averageMs / this.#max))
    return this.#lineEndsAt - now
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
