/** How long the longest statement may take; a vacuum of 30,000 tasks takes an eighth of a second. */
const patienceMs = 120_000

/** How much longer, for an answer that waits while this process itself was suspended. */
const graceMs = 5_000

/** Calls `onHang` when an answer that is expected does not come: an aborted PGlite can loop for ever. */
export class Watchdog {
  readonly #onHang: () => void
  readonly #limits: { patienceMs: number; graceMs: number }
  #timer: NodeJS.Timeout | undefined

  constructor(onHang: () => void, limits = { patienceMs, graceMs }) {
    this.#onHang = onHang
    this.#limits = limits
  }

  /** Something was sent that is answered. */
  expect(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = setTimeout(this.#onHang, this.#limits.graceMs).unref()
    }, this.#limits.patienceMs).unref()
  }

  /** An answer came, or none is expected any more. */
  relax(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
