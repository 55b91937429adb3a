import { answerMs } from '../patience.js'

/** Two pings, and what they may be late: a stream that is silent for longer is dead. */
export const silenceMs = 22_000

/** Waits after a connection that failed, give or take half. A server that is back is noticed within 15 s. */
const pausesMs = [500, 1_000, 2_000, 4_000]

/**
 * The state of the connection, as pages show it. `refused`: the server answered with something else than a stream.
 *
 * @typedef {'opening' | 'live' | 'lost' | 'refused'} ConnectionState
 */

/**
 * One stream that is always open, or about to be. An EventSource waits for an answer, and for the next event, as long as the
 * browser does: here it is closed and another one opened when no answer comes in time, and when not even a ping does.
 */
export class Connection {
  #options
  /** @type {EventSource | undefined} */
  #source
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #heardAt = performance.now()
  /** Attempts without an answer in a row, and those that failed. */
  #unanswered = 0
  #failed = 0

  /**
   * @param {object} options
   * @param {() => string} options.address of the next attempt
   * @param {(event: MessageEvent<string>) => void} options.onMessage
   * @param {(state: ConnectionState) => void} options.onState
   */
  constructor(options) {
    this.#options = options
  }

  /** Whether it was silent for too long. */
  get stale() {
    return this.#source !== undefined && performance.now() - this.#heardAt > silenceMs
  }

  /** How long nothing came, in ms. */
  get silentMs() {
    return performance.now() - this.#heardAt
  }

  /** Opens it, or opens it again at its address of now. */
  open() {
    this.close()
    const source = new EventSource(this.#options.address())
    this.#source = source
    source.onopen = () => {
      this.#unanswered = 0
      this.#failed = 0
      this.#hear()
      this.#options.onState('live')
    }
    source.onmessage = event => {
      this.#hear()
      this.#options.onMessage(event)
    }
    source.addEventListener('ping', () => this.#hear())
    source.onerror = () => this.#fail(source.readyState === EventSource.CLOSED ? 'refused' : 'lost')
    this.#timer = setTimeout(() => {
      this.#options.onState('lost')
      this.#unanswered++
      this.open()
    }, answerMs(this.#unanswered))
  }

  close() {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
  }

  #hear() {
    this.#heardAt = performance.now()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#options.onState('lost')
      this.open()
    }, silenceMs)
  }

  /** @param {'lost' | 'refused'} state */
  #fail(state) {
    this.close()
    this.#options.onState(state)
    const pauseMs = pausesMs[Math.min(this.#failed++, pausesMs.length - 1)] ?? 0
    this.#timer = setTimeout(() => this.open(), pauseMs * (0.5 + Math.random()))
  }
}
