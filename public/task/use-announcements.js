import { useEffect, useRef } from '../preact.js'
import { useServices } from '../services.js'
import { neisBytes } from '../text/neis-bytes.js'

/**
 * Says what a listener must know of a task: that it goes on, that a draft has ended and how, that all have, that the
 * connection is gone or back. What was so when the page came, and what a replay repeats, is not said again.
 *
 * @param {import('./use-task.js').TaskState} task
 */
export function useAnnouncements({ view, connection }) {
  const { t, announce } = useServices()
  const said = useRef(/** @type {Set<string> | undefined} */ (undefined))
  const lost = useRef(false)

  useEffect(() => {
    if (view.status === undefined) return
    const first = said.current === undefined
    if (!said.current) said.current = new Set()
    const known = said.current
    /** @param {string} what @param {() => string} words */
    const once = (what, words) => {
      const key = `${view.attempt} ${what}`
      if (!known.has(key) && !first) announce(words())
      known.add(key)
    }
    for (const { index, status, text } of view.outputs) {
      if (status === 'pending' || status === 'running') continue
      const name = t('output.name', { number: index + 1 })
      once(`${index} ${status}`, () => t(`say.output.${status}`, { name, bytes: neisBytes(text.value) }))
    }
    const { status } = view
    if (status !== 'queued' && status !== 'running') once(status, () => t(`say.task.${status}`))
    else if (first && view.outputs.some(output => output.text.value)) announce(t('say.resumed'))
  })

  useEffect(() => {
    const away = connection === 'reconnecting' || connection === 'polling'
    if (away && !lost.current && !view.ended) announce(t('say.reconnecting'))
    if (connection === 'live' && lost.current) announce(t('say.live'))
    lost.current = away && !view.ended
  }, [connection])
}
