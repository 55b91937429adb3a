import { useEffect, useRef, useState } from '../preact.js'

/** A reader within this distance of the end follows it. */
const nearPx = 24

/** What a reader moves a page with, and for how long the page goes on moving. */
const moves = ['wheel', 'touchmove', 'keydown']
const upKeys = new Set(['ArrowUp', 'PageUp', 'Home', ' '])
const movingMs = 300

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
    let height = 0
    const keepUp = () => {
      const before = height
      height = ref.current?.offsetHeight ?? 0
      if (!following.current) return
      const below = belowPx()
      // What gets shorter takes its end along, or empty ground stays below it.
      scrollBy(0, below > 0 ? below : Math.max(below, Math.min(0, height - before)))
    }
    keepUp()
    const pageHeight = () => document.documentElement.scrollHeight
    let lastY = scrollY
    let lastPageHeight = pageHeight()
    let movedAt = Number.NEGATIVE_INFINITY
    const onScroll = () => {
      const up = scrollY < lastY
      const changed = pageHeight() !== lastPageHeight
      lastY = scrollY
      lastPageHeight = pageHeight()
      if (!up) {
        if (belowPx() < nearPx) follow(true)
      } else if (belowPx() > 2) {
        // A page that gets shorter moves up by itself, and may have grown again by now. The reader moves it while its height
        // stays, or by a key, the wheel or a finger.
        if (changed && performance.now() - movedAt > movingMs) keepUp()
        else follow(false)
      }
    }
    const observer = new ResizeObserver(() => {
      keepUp()
      lastPageHeight = pageHeight()
    })
    if (ref.current) observer.observe(ref.current)
    /** @param {Event} event */
    const onMove = event => {
      if (event instanceof KeyboardEvent && !upKeys.has(event.key)) return
      movedAt = performance.now()
    }
    for (const kind of moves) addEventListener(kind, onMove, { passive: true })
    addEventListener('scroll', onScroll, { passive: true })
    addEventListener('resize', keepUp)
    return () => {
      observer.disconnect()
      for (const kind of moves) removeEventListener(kind, onMove)
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
