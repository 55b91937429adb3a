import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'

/** The stages in their order, `retrying` only when it happens. */
const usual = ['queued', 'preparing', 'generating', 'saving', 'completed']

/**
 * What the title of a task's page begins with: that it is being written, or how it ended.
 *
 * @param {import('./task-view.js').TaskView} view
 * @returns {import('../i18n.js').MessageKey}
 */
export function titleOf({ status }) {
  return status === undefined || status === 'queued' || status === 'running' ? 'title.running' : `entry.state.${status}`
}

/**
 * The stage of the task, and how long each stage took or has been taking.
 *
 * @param {{ view: import('./task-view.js').TaskView }} props
 */
export function StageLine({ view }) {
  const { t } = useServices()
  const now = useNow(!view.ended)
  const times = stageTimes(view, now)
  const current = view.ended ? 'completed' : view.stages.at(-1)?.stage
  const names = usual.flatMap(name => (name === 'generating' && times.has('retrying') ? ['retrying', name] : [name]))
  const reached = names.indexOf(current ?? 'queued')
  return html`
    <ol class="stages" aria-label=${t('stage.label')}>
      ${names.map((name, position) => {
        const end = name === 'completed' && view.ended && view.status !== 'completed'
        const label = /** @type {import('../i18n.js').MessageKey} */ (end ? titleOf(view) : `stage.${name}`)
        const done = view.ended ? view.status === 'completed' || times.has(name) : position < reached
        const state = name === current && !view.ended ? 'now' : done ? 'done' : 'ahead'
        const took = name === 'completed' ? undefined : times.get(name)
        return html`<li key=${name} data-state=${state} data-status=${end ? view.status : undefined} aria-current=${state === 'now' ? 'step' : undefined}>
          <span class="name">${t(label)}</span>
          ${took !== undefined && html`<span class="time" translate=${false}>${formatElapsed(took, t)}</span>`}
          ${name === 'completed' && view.ended && html`<span class="time" translate=${false}>${total(view, t)}</span>`}
        </li>`
      })}
    </ol>
  `
}

/**
 * Milliseconds per stage: from its event to the next one, the last one until now.
 *
 * @param {import('./task-view.js').TaskView} view
 * @param {number} now
 */
function stageTimes(view, now) {
  /** @type {Map<string, number>} */
  const times = new Map()
  const end = view.ended ? view.finishedAt : now
  // A stream of the first attempt does not repeat the queue's events; the task says when it was created.
  const queued = { stage: 'queued', at: view.createdAt }
  const known = view.again || view.stages.some(entry => entry.stage === 'queued')
  const stages = known ? view.stages : [queued, ...view.stages]
  for (const [position, { stage, at }] of stages.entries()) {
    if (stage === 'completed' || (stage === 'queued' && view.again) || (view.ended && stages.length === 1)) continue
    const until = stages[position + 1]?.at ?? end
    times.set(stage, (times.get(stage) ?? 0) + Math.max(0, until - at))
  }
  return times
}

/**
 * @param {import('./task-view.js').TaskView} view
 * @param {import('../i18n.js').I18n['t']} t
 */
function total({ again, createdAt, startedAt, finishedAt }, t) {
  // A retried output belongs to a later attempt, long after the task was created.
  const took = finishedAt - (again ? startedAt : createdAt)
  return took >= 0 ? t('stage.total', { time: formatElapsed(took, t) }) : ''
}

/**
 * @param {number} milliseconds
 * @param {import('../i18n.js').I18n['t']} t
 */
export function formatElapsed(milliseconds, t) {
  const seconds = milliseconds / 1000
  if (seconds < 60) return t('stage.seconds', { seconds: seconds.toFixed(1) })
  return t('stage.minutes', { minutes: Math.floor(seconds / 60), seconds: Math.floor(seconds % 60) })
}

/** The server's time, which moves while `ticking`. @param {boolean} ticking */
function useNow(ticking) {
  const { api } = useServices()
  const [now, setNow] = useState(() => api.now())
  useEffect(() => {
    if (!ticking) return
    const timer = setInterval(() => setNow(api.now()), 200)
    return () => clearInterval(timer)
  }, [ticking])
  return now
}
