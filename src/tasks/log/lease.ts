/**
 * The lease expires after this time without a sign of life: a process that was stopped, or got no processor, may have
 * been replaced without knowing it. As long as a job lives without a heartbeat.
 */
const absentMs = 10_000

/**
 * Knows whether this process has run without a pause. After a pause it holds back its attempts' events until it has
 * asked the database whether they are still the tasks' current attempts.
 *
 * Valid until a pause of 10 s, then invalid until `renew`.
 */
export class LivenessLease {
  readonly #now: () => number
  #seenAt: number
  #valid = true
  /** Called when it is valid again. */
  onValid: (() => void) | undefined

  /** @param now milliseconds that go on while the process is stopped */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#seenAt = now()
  }

  /** False from the end of a pause until `renew`. Cheap: read for every event. */
  get isValid(): boolean {
    if (this.#now() - this.#seenAt > absentMs) this.#valid = false
    return this.#valid
  }

  /** Notes that the process runs: to be called far more often than every 10 s. */
  seen(): void {
    // A pause is found before it is overwritten.
    if (this.isValid) this.#seenAt = this.#now()
  }

  /** Makes it valid again: the attempts that run here were compared with the database. */
  renew(): void {
    this.#seenAt = this.#now()
    if (this.#valid) return
    this.#valid = true
    this.onValid?.()
  }
}
