/** Requests in a row without an answer after which it opens. */
export const breakerFailures = 3

/** How long it stays open first, and at the most; doubled by each probe without an answer. */
export const openMs = { first: 30_000, most: 300_000 }

/** When those are to come back that found a probe under way: it takes at most 5 s. */
const probingMs = 5_000

/**
 * Leaves an endpoint alone that does not answer.
 *
 * ```
 * closed -> open      no answer to `breakerFailures` requests in a row
 * open -> probing     its time is over: the next request is the probe, others are put off
 * probing -> closed   the probe was answered
 * probing -> open     it was not, for twice as long
 * ```
 *
 * Not cockatiel's, which the model has: that lets others wait for the probe, does not say when to come back, and goes by the
 * wall clock, by which an endpoint could be left alone for hours once the clock was put back. `now` is monotonic, in ms.
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

  /** How long a request has to stay away; `undefined` when it may go. */
  waitMs(now: number): number | undefined {
    if (this.#failures < breakerFailures) return undefined
    if (now < this.#openUntil) return this.#openUntil - now
    return this.#probing ? probingMs : undefined
  }

  /** A request goes. */
  begin(): void {
    this.#probing = this.#failures >= breakerFailures
  }

  answered(): void {
    this.#failures = 0
    this.#openMs = 0
    this.#probing = false
  }

  unanswered(now: number): void {
    // One that went before it opened says nothing that is not known by now.
    if (!this.#probing && now < this.#openUntil) return
    this.#probing = false
    if (++this.#failures < breakerFailures) return
    this.#openMs = this.#openMs === 0 ? openMs.first : Math.min(2 * this.#openMs, openMs.most)
    this.#openUntil = now + this.#openMs
  }

  /** The request was given up by us: it has shown nothing. */
  givenUp(): void {
    this.#probing = false
  }
}
