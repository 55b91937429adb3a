import { useEffect, useRef } from '../preact.js'
import { useServices } from '../services.js'
import { neisBytes } from '../text/neis-bytes.js'

/**
 * Says what a listener must know of a task: that it goes on, that a draft has ended and how, that all have, that the
 * connection is gone or back. What was so when the page came, and what a replay repeats, is not said again; of a task
 * that was started here, everything is.
 *
 * @param {string} taskId
 * @param {import('./use-task.js').TaskState} task
 */
export function useAnnouncements(taskId, { view, connection }) {
  const { t, announce, started } = useServices()
  const said = useRef(/** @type {Set<string> | undefined} */ (undefined))
  const lost = useRef(false)

  useEffect(() => {
    if (view.status === undefined) return
    const old = said.current === undefined && !started.delete(taskId)
    if (!said.current) said.current = new Set()
    const known = said.current
    /** @param {string} what @param {() => string} words */
    const once = (what, words) => {
      if (!known.has(what) && !old) announce(words())
      known.add(what)
    }
    for (const { index, status, text, run } of view.outputs) {
      if (status === 'pending' || status === 'running') continue
      const name = t('output.name', { number: index + 1 })
      once(`${index} ${run} ${status}`, () => t(`say.output.${status}`, { name, bytes: neisBytes(text.value) }))
    }
    const { status } = view
    if (status !== 'queued' && status !== 'running') once(`${view.run} ${status}`, () => t(`say.task.${status}`))
    else if (old && view.outputs.some(output => output.text.value)) announce(t('say.resumed'))
  })

  useEffect(() => {
    const away = connection === 'reconnecting' || connection === 'polling'
    if (away && !lost.current && !view.ended) announce(t('say.reconnecting'))
    if (connection === 'live' && lost.current) announce(t('say.live'))
    lost.current = away && !view.ended
  }, [connection])
}
