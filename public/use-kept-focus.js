import { useEffect, useRef } from './preact.js'

/**
 * For a group of buttons that replace each other: when the one with the focus disappears, the group keeps the focus, at its
 * first button or at the one marked `data-focus`. A user who has moved on meanwhile keeps their place.
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
      // A button that disappears has no related target; a user who moves on has.
      if (event.relatedTarget) ours.current = false
    },
  }
}
