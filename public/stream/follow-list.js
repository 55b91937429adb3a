/** What the server follows on one stream (`maxFollowed` in `src/notifications/followed-task.ts`). */
const maxFollowed = 30

/** Tabs that the leader knows; a browser with more has some that crashed without a word. */
const maxTabs = 50

/** Each tab says so often what it wants; a hidden one once a minute. */
export const sayAgainMs = 30_000
/** A tab that did not for so long is no more: browsers discard hidden tabs without a word. */
const forgottenMs = 150_000

/**
 * The tasks that a browser's tabs follow, as the tab that leads knows them: who wants which, and how much of each was passed on.
 *
 * @typedef {Record<string, string | null>} Wanted the cursor that a tab has, by task; null for none
 */
export class FollowList {
  /** @type {Map<string, { wanted: Wanted, heardAt: number }>} */
  #tabs = new Map()
  /** @type {Map<string, string | undefined>} */
  #cursors = new Map()

  /**
   * A tab wants these and no others.
   *
   * @param {string} tab
   * @param {Wanted} wanted
   * @param {string} [again] the task that it must get from the beginning, since it missed something
   * @returns {boolean} whether the stream must be opened again
   */
  want(tab, wanted, again) {
    const before = this.#tabs.get(tab)?.wanted ?? {}
    this.#tabs.delete(tab)
    if (Object.keys(wanted).length > 0) this.#tabs.set(tab, { wanted, heardAt: performance.now() })
    if (this.#tabs.size > maxTabs) this.#tabs.delete(/** @type {string} */ (this.#tabs.keys().next().value))
    let changed = false
    for (const [task, cursor] of Object.entries(wanted)) {
      if (task in before && task !== again) continue
      const known = this.#cursors.has(task)
      const passedOn = this.#cursors.get(task)
      // What tabs do not have alike begins from the start for all; what is about to begin, begins for this one, too.
      if (known && (passedOn === undefined || passedOn === cursor) && task !== again) continue
      this.#cursors.set(task, known ? undefined : (cursor ?? undefined))
      changed = true
    }
    return changed
  }

  /** Tasks that no tab wants any more are left out from now on. @returns {boolean} whether there were any */
  forget() {
    for (const [tab, { heardAt }] of this.#tabs) if (performance.now() - heardAt > forgottenMs) this.#tabs.delete(tab)
    const wanted = new Set(Array.from(this.#tabs.values(), tab => Object.keys(tab.wanted)).flat())
    const gone = Array.from(this.#cursors.keys()).filter(task => !wanted.has(task))
    for (const task of gone) this.#cursors.delete(task)
    return gone.length > 0
  }

  /** Nothing more comes of that task. @param {string} task */
  end(task) {
    this.#cursors.delete(task)
    for (const tab of this.#tabs.values()) delete tab.wanted[task]
  }

  /** The cursor of a task so far. @param {string} task */
  cursorOf(task) {
    return this.#cursors.get(task)
  }

  /** @param {string} task @param {string | undefined} cursor */
  moveTo(task, cursor) {
    if (this.#cursors.has(task)) this.#cursors.set(task, cursor)
  }

  /** The newest tasks, as many as one stream may follow: for the server. @returns {string} empty for none */
  get query() {
    return Array.from(this.#cursors)
      .slice(-maxFollowed)
      .map(([task, cursor]) => (cursor === undefined ? task : `${task}@${cursor}`))
      .join(';')
  }

  /** Tasks that found no room on the stream. */
  get left() {
    return Array.from(this.#cursors.keys()).slice(0, -maxFollowed)
  }
}
