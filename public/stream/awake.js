const lookEveryMs = 2_000
/** A timer that comes so late says that the machine has slept. */
const jumpMs = 10_000

/**
 * Calls back when the page may have missed something without a sign: the tab becomes visible, the network returns, or the clock has
 * jumped, as after a sleep.
 *
 * @param {(why: 'visible' | 'online' | 'slept') => void} onAwake
 * @returns {() => void} ends it
 */
export function watchAwake(onAwake) {
  let lookedAt = Date.now()
  const visible = () => document.visibilityState === 'visible'
  const onVisibility = () => {
    lookedAt = Date.now()
    if (visible()) onAwake('visible')
  }
  const onOnline = () => onAwake('online')
  const timer = setInterval(() => {
    const sleptMs = Date.now() - lookedAt - lookEveryMs
    lookedAt = Date.now()
    // The timers of a hidden tab come when the browser likes.
    if (sleptMs > jumpMs && visible()) onAwake('slept')
  }, lookEveryMs)
  document.addEventListener('visibilitychange', onVisibility)
  addEventListener('online', onOnline)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onVisibility)
    removeEventListener('online', onOnline)
  }
}
