/** A server that restarts is back sooner; so an idle page says it within 8 s of the end of its connection. */
const awayAfterMs = 6_000
/** A send without an answer for so long is said. */
const slowAfterMs = 5_000

/**
 * What the page knows of its way to the server. `unsent`: a message waits for the network, or for its user; `slow`: what is being
 * sent has no answer yet, and is sent again; `away`: there is no connection.
 *
 * @typedef {'up' | 'away' | 'slow' | 'unsent'} LinkState
 */
export class Link {
  /** @type {Set<() => void>} */
  #listeners = new Set()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaving
  #away = false
  #slow = 0
  /** @type {Set<() => void>} */
  #unsent = new Set()

  /** @returns {LinkState} */
  get state() {
    if (this.#unsent.size > 0) return 'unsent'
    if (this.#slow > 0) return 'slow'
    return this.#away ? 'away' : 'up'
  }

  /** @param {import('./stream/connection.js').ConnectionState} state of the page's stream */
  stream(state) {
    if (state === 'live') {
      clearTimeout(this.#leaving)
      this.#leaving = undefined
      this.#setAway(false)
    } else this.#leaving ??= setTimeout(() => this.#setAway(true), awayAfterMs)
  }

  /** Something is being sent. @returns {() => void} to be called when it was answered, or is not sent any more */
  sending() {
    let slow = 0
    const timer = setTimeout(() => {
      slow = 1
      this.#slow++
      this.#change()
    }, slowAfterMs)
    return () => {
      clearTimeout(timer)
      this.#slow -= slow
      slow = 0
      this.#change()
    }
  }

  /**
   * A message that cannot be sent now stands until its user sends it.
   *
   * @param {boolean} byItself also when the network returns
   * @returns {Promise<void>} resolves when it is to be sent
   */
  unsent(byItself) {
    return new Promise(resolve => {
      const go = () => {
        removeEventListener('online', go)
        this.#unsent.delete(go)
        this.#change()
        resolve()
      }
      if (byItself) addEventListener('online', go)
      this.#unsent.add(go)
      this.#change()
    })
  }

  /** Sends what stands unsent. */
  sendNow() {
    for (const go of Array.from(this.#unsent)) go()
  }

  /** @param {() => void} listener @returns {() => void} ends it */
  listen(listener) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param {boolean} away */
  #setAway(away) {
    if (away === this.#away) return
    this.#away = away
    this.#change()
  }

  #change() {
    for (const listener of this.#listeners) listener()
  }
}
