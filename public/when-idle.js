/**
 * Fetches ahead what will be wanted next, once the browser has nothing to do. What fails is fetched again when it is wanted.
 *
 * @param {() => Promise<unknown>} work
 */
export function whenIdle(work) {
  const run = () => void work().catch(() => {})
  // Safari has none.
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: 5_000 })
  else setTimeout(run, 1_000)
}
