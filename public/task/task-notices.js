import { html } from '../preact.js'
import { useServices } from '../services.js'
import { connectionNotice } from './connection-notice.js'

/**
 * The notices about a task: a failed action, the connection, an interruption, an end without success.
 *
 * @param {{ task: import('./use-task.js').TaskState<unknown>, actionFault: string | undefined, end?: unknown }} props
 *   `end`: the kind's own notice about the end, instead of the usual one
 */
export function TaskNotices({ task, actionFault, end = html`<${UsualEnd} view=${task.view} />` }) {
  const { t } = useServices()
  const { view } = task
  const connection = connectionNotice(task, t)
  return html`
    ${actionFault && html`<div class="notice bad"><p><strong>${t('action.failed')}</strong> ${actionFault}</p></div>`}
    ${connection && html`<div class="notice"><p>${connection}</p></div>`}
    ${!view.ended && view.interrupted && html`<div class="notice"><p>${t('stage.interrupted')}</p></div>`}
    ${end}
  `
}

/** @param {{ view: import('./task-view.js').TaskView }} props */
function UsualEnd({ view }) {
  const { t } = useServices()
  if (view.status === 'failed') return html`<div class="notice bad"><p>${t('task.failed')}</p></div>`
  if (view.status === 'cancelled') return html`<div class="notice"><p>${t('task.cancelled')}</p></div>`
  return null
}
