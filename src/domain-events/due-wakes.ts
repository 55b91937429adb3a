/** The interval of wakes after the first postponed event is due, until the last one is. */
const wakeMs = 2_000

/**
 * Wakes the runner when postponed events are due. One timer for any number of them: it fires for the first one, and
 * from then on every 2 s until the last is due.
 */
export class DueWakes {
  readonly #wake: () => void
  #next: { at: number; timer: NodeJS.Timeout } | undefined
  #lastAt = 0
  #stopped = false

  constructor(wake: () => void) {
    this.#wake = wake
  }

  /** Adds an event that is due after `afterMs`. */
  add(afterMs: number): void {
    const at = performance.now() + afterMs
    this.#lastAt = Math.max(this.#lastAt, at)
    if (!this.#next || at < this.#next.at) this.#wakeAt(at)
  }

  /** Idempotent; it wakes nothing afterwards. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#next?.timer)
  }

  #wakeAt(at: number): void {
    if (this.#stopped) return
    clearTimeout(this.#next?.timer)
    const timer = setTimeout(() => this.#due(), Math.ceil(at - performance.now()))
    this.#next = { at, timer }
  }

  #due(): void {
    this.#next = undefined
    const now = performance.now()
    if (now < this.#lastAt) this.#wakeAt(Math.min(this.#lastAt, now + wakeMs))
    this.#wake()
  }
}
