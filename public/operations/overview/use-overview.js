import { Refused } from '../../api.js'
import { useEffect, useState } from '../../preact.js'

/** Between two attempts, when there is no stream. */
const pollMs = 3000

/**
 * @typedef {object} Seen
 * @property {import('../api.js').Overview} [overview] the last one that came
 * @property {boolean} live whether the next one comes by itself
 * @property {unknown} [fault] why none came the last time
 */

/**
 * The overview by the stream; without one, by polling every few seconds, each time trying the stream again.
 *
 * @param {import('../api.js').OperationsApi} api
 * @returns {Seen}
 */
export function useOverview(api) {
  const [seen, setSeen] = useState(/** @type {Seen} */ ({ live: false }))
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    const stream = async () => {
      try {
        for await (const overview of api.overviews(signal)) setSeen({ overview, live: true })
      } catch {
        // Then the page polls, which also gives the reason.
      }
    }
    const follow = async () => {
      while (!signal.aborted) {
        await stream()
        if (signal.aborted) return
        try {
          setSeen({ overview: await api.overview(signal), live: false })
        } catch (fault) {
          if (signal.aborted || (fault instanceof Refused && fault.status === 401)) return
          setSeen(({ overview }) => ({ overview, live: false, fault }))
        }
        await new Promise(resolve => setTimeout(resolve, pollMs))
      }
    }
    follow()
    return () => leaving.abort()
  }, [api])
  return seen
}
