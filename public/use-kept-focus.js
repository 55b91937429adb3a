import { useEffect, useRef } from './preact.js'

/**
 * For a group of buttons that change places: when the one with the focus goes, the group keeps the focus, at its first
 * button or at the one marked `data-focus`. Whoever has gone elsewhere meanwhile is left alone.
 *
 * @template {HTMLElement} T
 * @param {unknown} state changes when the buttons do
 */
export function useKeptFocus(state) {
  const group = useRef(/** @type {T | null} */ (null))
  const ours = useRef(false)
  useEffect(() => {
    const nobodyHasIt = document.activeElement === document.body
    if (!ours.current || !(nobodyHasIt || group.current?.contains(document.activeElement))) return
    const next = group.current?.querySelector('[data-focus]') ?? group.current?.querySelector('button, a')
    if (next instanceof HTMLElement) next.focus({ preventScroll: true })
  }, [state])
  return {
    ref: group,
    onFocusIn: () => {
      ours.current = true
    },
    /** @param {FocusEvent} event */
    onFocusOut: event => {
      // A button that vanishes has no successor; somebody who moves on has.
      if (event.relatedTarget) ours.current = false
    },
  }
}
