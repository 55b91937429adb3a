/**
 * What the owner's stream reports of tasks, passed on to the lists that show them: one connection serves the whole page.
 *
 * @typedef {{ id: string, kind: string, status: import('./api.js').TaskStatus }} TaskChange
 * @typedef {(change: TaskChange | undefined) => void} Listener undefined when something may have been missed
 */
export class TaskChanges {
  #listeners = /** @type {Set<Listener>} */ (new Set())

  /** @param {Listener} listener @returns {() => void} ends it */
  listen(listener) {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** @param {TaskChange} [change] */
  tell(change) {
    for (const listener of this.#listeners) listener(change)
  }
}
