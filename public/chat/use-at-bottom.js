import { useEffect, useRef, useState } from '../preact.js'

/** A reader within this distance of the end follows it. */
const nearPx = 24

/**
 * Keeps the end of a growing element in view while its reader is there. A reader who scrolls up stays where they are until
 * they return to the end, or ask to.
 *
 * @template {HTMLElement} T
 */
export function useAtBottom() {
  const ref = useRef(/** @type {T | null} */ (null))
  const [atBottom, setAtBottom] = useState(true)
  // For the observer: a state would be one drawing late.
  const following = useRef(true)

  /** @param {boolean} yes */
  const follow = yes => {
    following.current = yes
    setAtBottom(yes)
  }
  const belowPx = () => (ref.current?.getBoundingClientRect().bottom ?? 0) - innerHeight
  const scrollDown = () => scrollBy(0, Math.max(0, belowPx()))

  useEffect(() => {
    const keepUp = () => following.current && scrollDown()
    keepUp()
    let lastY = scrollY
    const onScroll = () => {
      const up = scrollY < lastY
      lastY = scrollY
      // Growth alone never moves a page up: only the reader does.
      if (up && belowPx() > 2) follow(false)
      else if (!up && belowPx() < nearPx) follow(true)
    }
    const observer = new ResizeObserver(keepUp)
    if (ref.current) observer.observe(ref.current)
    addEventListener('scroll', onScroll, { passive: true })
    addEventListener('resize', keepUp)
    return () => {
      observer.disconnect()
      removeEventListener('scroll', onScroll)
      removeEventListener('resize', keepUp)
    }
  }, [])

  return {
    ref,
    atBottom,
    toBottom: () => {
      follow(true)
      scrollDown()
    },
    leaveBottom: () => follow(false),
  }
}
