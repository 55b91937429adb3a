import { useEffect } from '../preact.js'

const firstPauseMs = 1000
const longestPauseMs = 30_000

/**
 * Polls while there is something to wait for and the tab is visible: with growing pauses, and at once
 * when the tab becomes visible again.
 *
 * @param {() => Promise<unknown>} ask does not reject
 * @param {boolean} waiting
 * @param {unknown} since the pauses start short again when it changes
 */
export function usePolling(ask, waiting, since) {
  useEffect(() => {
    if (!waiting) return
    let pauseMs = firstPauseMs
    let stopped = false
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    const visible = () => document.visibilityState === 'visible'
    const wait = () => {
      clearTimeout(timer)
      timer = visible() && !stopped ? setTimeout(again, pauseMs) : undefined
    }
    const again = async () => {
      pauseMs = Math.min(2 * pauseMs, longestPauseMs)
      await ask()
      wait()
    }
    const onVisibility = () => {
      clearTimeout(timer)
      if (visible()) again()
    }
    wait()
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      stopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
    }
  }, [waiting, since])
}
