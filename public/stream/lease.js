/**
 * Which of a browser's tabs leads: it has the one connection. A lease over a BroadcastChannel, since `navigator.locks` is missing
 * on every page that came over plain http from another machine, and since a tab that the browser has suspended keeps its lock.
 *
 * A leader answers whenever it is asked, which works in a tab whose timers are throttled. The others ask when they have not heard
 * of it for a while, and after another while the first to notice claims the lease. Each claim has a higher term than all before
 * it; of two with the same term that of the smaller id counts. A leader that hears of a claim above its own yields.
 *
 * States of a tab: following, leading, left.
 *
 * @typedef {{ type: 'ask' } | { type: 'lead', term: number, stale: boolean } | { type: 'bye' }} LeaseMessage
 */

/** A new tab waits so long for an answer before it claims the lease. */
const greetingMs = 150
const lookEveryMs = 1_000
const askAfterMs = 1_500
/** A leader that says nothing for so long has gone: with `lookEveryMs`, another one leads within 5 s. */
const goneAfterMs = 3_000

export class Lease {
  #id
  #post
  #changed
  #stale
  #visible
  #term = 0
  /** @type {string | undefined} */
  #leader
  #heardAt = performance.now()
  /** @type {ReturnType<typeof setTimeout>} */
  #timer
  #left = false

  /**
   * @param {object} options
   * @param {string} options.id of this tab
   * @param {(message: LeaseMessage) => void} options.post to the other tabs
   * @param {() => void} options.changed another tab leads than before: perhaps this one
   * @param {() => boolean} options.stale whether the connection of this tab, which leads, has been silent for too long
   * @param {() => boolean} options.visible whether this tab is seen
   */
  constructor({ id, post, changed, stale, visible }) {
    this.#id = id
    this.#post = post
    this.#changed = changed
    this.#stale = stale
    this.#visible = visible
    post({ type: 'ask' })
    this.#timer = setTimeout(() => {
      if (this.#leader === undefined) this.claim()
      this.#timer = setInterval(() => this.#look(), lookEveryMs)
    }, greetingMs)
  }

  get leads() {
    return this.#leader === this.#id
  }

  /** @type {string | undefined} the tab that leads */
  get leader() {
    return this.#leader
  }

  /** @param {string} from @param {LeaseMessage} message */
  take(from, message) {
    if (this.#left) return
    if (message.type === 'ask') {
      if (this.leads) this.#assert()
    } else if (message.type === 'bye') {
      if (from !== this.#leader) return
      this.#leader = undefined
      // Not all at once; who asks first is heard by the others.
      this.#heardAt = performance.now() - goneAfterMs + Math.random() * 200
      setTimeout(() => this.#look(), 200)
    } else this.#takeLead(from, message)
  }

  /** From now on this tab leads. */
  claim() {
    this.#term++
    this.#lead(this.#id)
    this.#assert()
  }

  leave() {
    this.#left = true
    clearTimeout(this.#timer)
    clearInterval(this.#timer)
    this.#post({ type: 'bye' })
  }

  /** @param {string} from @param {{ term: number, stale: boolean }} message */
  #takeLead(from, { term, stale }) {
    const older = term < this.#term || (term === this.#term && this.#leader !== undefined && from > this.#leader)
    if (older) {
      if (this.leads) this.#assert()
      return
    }
    this.#term = term
    this.#heardAt = performance.now()
    this.#lead(from)
    // In a hidden tab timers come once a minute: one that is looked at does better.
    if (stale && this.#visible()) this.claim()
  }

  #look() {
    if (this.#left || this.leads) return
    const silentMs = performance.now() - this.#heardAt
    if (silentMs >= goneAfterMs) this.claim()
    else if (silentMs >= askAfterMs) this.#post({ type: 'ask' })
  }

  #assert() {
    this.#post({ type: 'lead', term: this.#term, stale: this.#stale() })
  }

  /** @param {string} id */
  #lead(id) {
    if (id === this.#leader) return
    this.#leader = id
    this.#changed()
  }
}
