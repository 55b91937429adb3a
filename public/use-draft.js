import { useEffect, useState } from './preact.js'
import { kept } from './storage.js'

/**
 * Text that is being written, kept for this tab until it is `before` again or forgotten.
 *
 * @param {string} key
 * @param {string} before the text without an edit
 */
export function useDraft(key, before) {
  const store = kept('sessionStorage', key, /** @type {string | null} */ (null))
  const [text, setText] = useState(() => store.read() ?? before)
  // Also by a component that was left meanwhile: what it gives back is shown by the one that is there now.
  useEffect(() => store.watch(value => setText(value ?? before)), [key])
  return {
    text,
    /** @param {string} next */
    set: next => {
      if (next === before) store.clear()
      else store.write(next)
      setText(next)
    },
    forget: () => store.clear(),
  }
}
