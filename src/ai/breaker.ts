import { type CircuitBreakerPolicy, CircuitState, circuitBreaker, handleWhenResult, type IBreaker } from 'cockatiel'
import type { Unavailable } from './errors.ts'

export interface BreakerLimits {
  /** The breaker opens when this many attempts in a row have failed ... */
  breakerFailures: number
  /** ... and the failures have lasted this long. Also the time from opening to the next probe. */
  breakerMs: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/**
 * What an attempt shows. `busy` (429) does not end a row of failures, but as the answer to a probe it shows that the upstream
 * is there. `unknown` (no one waited for it) shows nothing.
 */
export type Verdict = 'success' | 'failure' | 'busy' | 'unknown'

/**
 * Stops attempts on an upstream that is down, each of which would wait until a timeout.
 *
 * ```
 * closed -> open          `breakerFailures` attempts in a row have failed, over at least `breakerMs`
 * open -> half-open       after `breakerMs`, with the next attempt: that one is the probe, others are refused
 * half-open -> closed     the probe succeeded
 * half-open -> open       it did not
 * ```
 */
export class Breaker {
  readonly #limits: BreakerLimits
  readonly #row: FailuresInARow
  readonly #policy: CircuitBreakerPolicy
  #openedAt = 0

  constructor(limits: BreakerLimits) {
    this.#limits = limits
    this.#row = new FailuresInARow(limits)
    this.#policy = circuitBreaker(
      handleWhenResult(result => (result as Classified<unknown>).verdict === 'failure'),
      // When the next may try is decided here, by a clock that only goes forward: the policy's own may be set back, and would
      // refuse until it has caught up.
      { breaker: this.#row, halfOpenAfter: Number.NEGATIVE_INFINITY },
    )
    this.#policy.onBreak(() => {
      this.#openedAt = performance.now()
    })
  }

  get state(): BreakerState {
    const { state } = this.#policy
    return state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'half-open' : 'open'
  }

  /** Runs `attempt`, or refuses it. Rejects only if `attempt` does, which then counts as `unknown`. */
  async run<T>(attempt: () => Promise<T>, classify: (result: T) => Verdict): Promise<T | Unavailable> {
    const left = this.#limits.breakerMs - (performance.now() - this.#openedAt)
    // The policy would let other attempts wait for the probe.
    if (this.state === 'half-open' || (this.state === 'open' && left > 0)) return this.#refusal(left)
    let classified: Classified<T> | undefined
    try {
      await this.#policy.execute(async () => {
        const probe = this.state === 'half-open'
        const result = await attempt()
        classified = { result, verdict: classify(result) }
        // A probe that was given up has shown nothing: the next probe decides.
        if (probe && classified.verdict === 'unknown') classified.verdict = 'failure'
        if (classified.verdict === 'busy' || classified.verdict === 'unknown') throw new CountsForNothing()
        return classified
      })
    } catch (error) {
      if (!(error instanceof CountsForNothing)) throw error
    }
    return (classified as Classified<T>).result
  }

  #refusal(leftMs: number): Unavailable {
    const silent = Math.round((performance.now() - this.#row.since) / 1000)
    const again = Math.max(1, Math.ceil(leftMs / 1000))
    return {
      outcome: 'unavailable',
      reason: 'circuit-open',
      detail: `the model's server has not answered for ${silent} s; try again in ${again} s`,
    }
  }
}

interface Classified<T> {
  result: T
  verdict: Verdict
}

/** Thrown through the policy, it is neither a success nor a failure; thrown by a probe, it closes the circuit. */
class CountsForNothing extends Error {}

/** When to open, for cockatiel: many failures at the same moment are one blip, so time counts too. */
class FailuresInARow implements IBreaker {
  readonly #limits: BreakerLimits
  #failures = 0
  #since = 0

  constructor(limits: BreakerLimits) {
    this.#limits = limits
  }

  /** When the first failure of the row was, by `performance.now()`. */
  get since(): number {
    return this.#since
  }

  get state(): unknown {
    return [this.#failures, this.#since]
  }

  set state(value: unknown) {
    ;[this.#failures, this.#since] = value as [number, number]
  }

  success(): void {
    this.#failures = 0
  }

  failure(): boolean {
    if (this.#failures === 0) this.#since = performance.now()
    this.#failures++
    return this.#failures >= this.#limits.breakerFailures && performance.now() - this.#since >= this.#limits.breakerMs
  }
}
