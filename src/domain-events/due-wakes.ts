/** After the first postponed event is due, the queue is looked at so often until the last one is. */
const lookMs = 2_000

/**
 * Wakes when postponed events are due. One timer however many they are: for the first of them, and from then on every
 * 2 s until the last is due.
 */
export class DueWakes {
  readonly #wake: () => void
  #next: { at: number; timer: NodeJS.Timeout } | undefined
  #lastAt = 0
  #stopped = false

  constructor(wake: () => void) {
    this.#wake = wake
  }

  /** An event is due after so long. */
  add(afterMs: number): void {
    const at = performance.now() + afterMs
    this.#lastAt = Math.max(this.#lastAt, at)
    if (!this.#next || at < this.#next.at) this.#wakeAt(at)
  }

  /** Idempotent; nothing is woken afterwards. */
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
    if (now < this.#lastAt) this.#wakeAt(Math.min(this.#lastAt, now + lookMs))
    this.#wake()
  }
}
