/**
 * A process that did nothing for this long, stopped or without a processor, may have been replaced without knowing it: as
 * long as a job lives without a heartbeat.
 */
const absentMs = 10_000

/**
 * Whether this process has been here all the time. One that was not keeps to itself what its attempts write until it has
 * asked the database whether they still are the tasks' attempts.
 */
export class LivenessLease {
  readonly #now: () => number
  #seenAt: number
  #valid = true
  /** Called when it is certain again. */
  onValid: (() => void) | undefined

  /** @param now milliseconds that pass while the process is stopped */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#seenAt = now()
  }

  /** False from the end of an absence until `renew`. Cheap: asked for every event. */
  get isValid(): boolean {
    if (this.#now() - this.#seenAt > absentMs) this.#valid = false
    return this.#valid
  }

  /** The process is here: to be called far more often than every 10 s. */
  seen(): void {
    // An absence is noted before it is over.
    if (this.isValid) this.#seenAt = this.#now()
  }

  /** What runs here has been looked at. */
  renew(): void {
    this.#seenAt = this.#now()
    if (this.#valid) return
    this.#valid = true
    this.onValid?.()
  }
}
