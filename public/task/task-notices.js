import { html } from '../preact.js'
import { useServices } from '../services.js'
import { connectionNotice } from './connection-notice.js'

/**
 * What must be said about a task: an action that failed, the connection, an interruption, an end without success.
 *
 * @param {{ task: import('./use-task.js').TaskState<unknown>, actionFault: string | undefined }} props
 */
export function TaskNotices({ task, actionFault }) {
  const { t } = useServices()
  const { view } = task
  const connection = connectionNotice(task, t)
  return html`
    ${actionFault && html`<div class="notice bad"><p><strong>${t('action.failed')}</strong> ${actionFault}</p></div>`}
    ${connection && html`<div class="notice"><p>${connection}</p></div>`}
    ${!view.ended && view.interrupted && html`<div class="notice"><p>${t('stage.interrupted')}</p></div>`}
    ${view.status === 'failed' && html`<div class="notice bad"><p>${t('task.failed')}</p></div>`}
    ${view.status === 'cancelled' && html`<div class="notice"><p>${t('task.cancelled')}</p></div>`}
  `
}
