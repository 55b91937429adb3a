/** Work of this length in one frame is not felt. */
const budgetMs = 8

let spentMs = 0
/** @type {Set<() => void>} */
const waiting = new Set()
let scheduled = false

/**
 * Does a piece of work now if this frame has time for it, else in one of the next, in order: so that a page full of formulas
 * or of long texts never stands still. All texts of a page share the time of its frames, hence the module's state.
 *
 * @param {() => void} work
 * @returns {() => void} it is not done any more
 */
export function afterSpare(work) {
  if (waiting.size === 0 && spentMs < budgetMs) timed(work)
  else waiting.add(work)
  schedule()
  return () => waiting.delete(work)
}

function start() {
  spentMs = 0
  scheduled = false
  for (const work of waiting) {
    if (spentMs >= budgetMs) break
    waiting.delete(work)
    timed(work)
  }
  if (waiting.size > 0) schedule()
}

function schedule() {
  if (scheduled) return
  scheduled = true
  nextFrame(start)
}

/** @param {() => void} work */
function timed(work) {
  const before = performance.now()
  work()
  spentMs += performance.now() - before
}

/** A hidden page has no frames. @param {() => void} work */
export function nextFrame(work) {
  if (document.hidden) setTimeout(work, 50)
  else requestAnimationFrame(work)
}
