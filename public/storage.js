import { addressOf } from './base-path.js'

/** The window gets an event of this name when something could not be kept. */
export const notKept = 'conch:not-kept'

const wrote = 'conch:wrote'

/** Whether this browser keeps anything: some modes keep neither cookies nor what a page stores. */
export function keepsAnything() {
  try {
    for (const area of [sessionStorage, localStorage]) {
      area.setItem('conch:probe', '1')
      area.removeItem('conch:probe')
    }
    return navigator.cookieEnabled
  } catch {
    return false
  }
}

/**
 * Text that must survive a reload or an error. Private text goes to sessionStorage, which ends with the tab.
 * Of another Conch on this host, below another path, nothing is read. A full or forbidden storage does not stop the user from writing: then nothing is kept, and nothing else changes.
 *
 * @template T
 * @param {'sessionStorage' | 'localStorage'} area
 * @param {string} key
 * @param {T} fallback the value when nothing readable was kept
 */
export function kept(area, key, fallback) {
  const name = () => `conch${addressOf('')}:${key}`
  return {
    /** @returns {T} */
    read() {
      try {
        const text = window[area].getItem(name())
        return text === null ? fallback : JSON.parse(text)
      } catch {
        return fallback
      }
    },
    /** @param {T} value */
    write(value) {
      try {
        window[area].setItem(name(), JSON.stringify(value))
      } catch {
        // Private mode or no room left: the page goes on without a copy, and says so.
        dispatchEvent(new Event(notKept))
      }
      dispatchEvent(new CustomEvent(wrote, { detail: { key: name(), value } }))
    },
    /**
     * Calls `listener` with each value that is written in this window, until the function is called that it answers.
     *
     * @param {(value: T) => void} listener
     */
    watch(listener) {
      /** @param {Event} event */
      const onWrite = event => {
        const { key: written, value } = /** @type {CustomEvent} */ (event).detail
        if (written === name()) listener(value)
      }
      addEventListener(wrote, onWrite)
      return () => removeEventListener(wrote, onWrite)
    },
    clear() {
      try {
        window[area].removeItem(name())
      } catch {
        // As above.
      }
      dispatchEvent(new CustomEvent(wrote, { detail: { key: name(), value: fallback } }))
    },
  }
}
