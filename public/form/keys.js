/**
 * True for a key that belongs to an input method (Hangul being composed), not to the page. Safari ends the composition
 * before it reports the key that ended it, with the code 229.
 *
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229
}

/** Ctrl+Enter, or Cmd+Enter on a Mac. @param {KeyboardEvent} event */
export function isSendKey(event) {
  return event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !isComposing(event)
}

export function isMac() {
  return /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')
}
