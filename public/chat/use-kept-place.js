import { useLayoutEffect, useRef } from '../preact.js'

/**
 * Keeps the text in view where it is while items are added above it, also while their texts are drawn, which takes a few frames;
 * and moves the focus to the list if the button that loaded them has disappeared.
 *
 * @param {string | undefined} first the key of the first item
 */
export function useKeptPlace(first) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null))
  const before = useRef(/** @type {{ item: Element, top: number } | undefined} */ (undefined))
  useLayoutEffect(() => {
    const list = ref.current
    if (!before.current || !list) return
    const { item, top } = before.current
    before.current = undefined
    if (document.activeElement === document.body) list.focus({ preventScroll: true })
    return keepAt(top, item, list)
  }, [first])
  return {
    ref,
    keepPlace: () => {
      const item = ref.current?.firstElementChild
      if (item) before.current = { item, top: item.getBoundingClientRect().top }
    },
    forgetPlace: () => {
      before.current = undefined
    },
  }
}

/** What may open something, which then has its place where it was opened. */
const acts = ['pointerdown', 'keydown']

/**
 * Scrolls with each change of the list, until the reader does something. Where they scroll to is the new place.
 *
 * @param {number} top
 * @param {Element} item
 * @param {Element} list
 * @returns {() => void} ends it
 */
function keepAt(top, item, list) {
  let kept = top
  let lastY = scrollY
  const keep = () => {
    if (!item.isConnected) return
    scrollBy(0, item.getBoundingClientRect().top - kept)
    lastY = scrollY
  }
  // What was scrolled, and not where the item is: the list may have changed, too, since the last frame.
  const onScroll = () => {
    kept -= scrollY - lastY
    lastY = scrollY
  }
  keep()
  const observer = new ResizeObserver(keep)
  observer.observe(list)
  addEventListener('scroll', onScroll, { passive: true })
  const end = () => {
    observer.disconnect()
    removeEventListener('scroll', onScroll)
    for (const act of acts) removeEventListener(act, end)
  }
  for (const act of acts) addEventListener(act, end)
  return end
}
