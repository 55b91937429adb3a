/** The breaker opens after this many requests in a row without an answer. */
export const breakerFailures = 3

/** How long it stays open first, and at most; each probe without an answer doubles it. */
export const openMs = { first: 30_000, most: 300_000 }

/** How long requests wait that find a probe under way: a probe takes at most 5 s. */
const probingMs = 5_000

/**
 * Stops requests to an endpoint that does not answer.
 *
 * ```
 * closed -> open      no answer to `breakerFailures` requests in a row
 * open -> probing     its time is over: the next request is the probe, others are put off
 * probing -> closed   the probe was answered
 * probing -> open     it was not, for twice as long
 * ```
 *
 * Not cockatiel's, which the model has: that lets other requests wait for the probe, does not say when to retry, and goes by
 * the wall clock, by which an endpoint could be refused for hours once the clock was set back. `now` is monotonic, in ms.
 */
export class EndpointBreaker {
  #failures = 0
  #openMs = 0
  #openUntil = 0
  #probing = false

  /** Whether the last request was answered. */
  get healthy(): boolean {
    return this.#failures === 0
  }

  /** How long a request has to wait; `undefined` when it may go. */
  waitMs(now: number): number | undefined {
    if (this.#failures < breakerFailures) return undefined
    if (now < this.#openUntil) return this.#openUntil - now
    return this.#probing ? probingMs : undefined
  }

  /** A request is sent. */
  begin(): void {
    this.#probing = this.#failures >= breakerFailures
  }

  answered(): void {
    this.#failures = 0
    this.#openMs = 0
    this.#probing = false
  }

  unanswered(now: number): void {
    // A request that was sent before the breaker opened shows nothing new.
    if (!this.#probing && now < this.#openUntil) return
    this.#probing = false
    if (++this.#failures < breakerFailures) return
    this.#openMs = this.#openMs === 0 ? openMs.first : Math.min(2 * this.#openMs, openMs.most)
    this.#openUntil = now + this.#openMs
  }

  /** This server gave the request up: it has shown nothing. */
  givenUp(): void {
    this.#probing = false
  }
}
