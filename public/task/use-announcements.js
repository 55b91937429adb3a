import { useEffect, useRef } from '../preact.js'
import { useServices } from '../services.js'

/**
 * The announcements of a kind.
 *
 * @typedef {object} Announcements
 * @property {string} [resumed] that a text goes on which was begun elsewhere
 * @property {(output: import('./task-view.js').OutputView, status: EndedStatus) => string} [output] that one of several has ended
 * @property {(status: EndedStatus) => string} ended that the task has
 *
 * @typedef {'completed' | 'incomplete' | 'failed' | 'cancelled'} EndedStatus
 */

/**
 * Announces what a listener must know of a task: that it goes on, that an output has ended and how, that all have, that the
 * connection is lost or back. What was so when the page came, and what a replay repeats, is not announced again; of a task
 * that was started here, everything is.
 *
 * @param {string} taskId
 * @param {Pick<import('./use-task.js').TaskState<unknown>, 'view' | 'connection'>} task
 * @param {Announcements} words
 */
export function useAnnouncements(taskId, { view, connection }, words) {
  const { t, announce, started } = useServices()
  const said = useRef(/** @type {Set<string> | undefined} */ (undefined))
  const lost = useRef(false)

  useEffect(() => {
    if (view.status === undefined) return
    const old = said.current === undefined && !started.delete(taskId)
    if (!said.current) said.current = new Set()
    const known = said.current
    /** @param {string} what @param {() => string} say */
    const once = (what, say) => {
      if (!known.has(what) && !old) announce(say())
      known.add(what)
    }
    const ofOutput = words.output ?? (() => '')
    for (const output of words.output ? view.outputs : []) {
      const { index, run, status } = output
      if (status !== 'pending' && status !== 'running')
        once(`${index} ${run} ${status}`, () => ofOutput(output, status))
    }
    const { status } = view
    if (status !== 'queued' && status !== 'running') once(`${view.run} ${status}`, () => words.ended(status))
    else if (old && words.resumed && view.outputs.some(output => output.text.value)) announce(words.resumed)
  })

  useEffect(() => {
    const away = connection === 'reconnecting' || connection === 'polling'
    if (away && !lost.current && !view.ended) announce(t('say.reconnecting'))
    if (connection === 'live' && lost.current) announce(t('say.live'))
    lost.current = away && !view.ended
  }, [connection])
}
