import { LoadFault } from '../../load-fault.js'
import { html, useEffect } from '../../preact.js'
import { taskUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { DamagedNotice } from '../../task/damaged.js'
import { OutputFault } from '../../task/output-fault.js'
import { Remedies } from '../../task/remedies.js'
import { hasFailed, useTaskList } from '../../task/use-task-list.js'
import { CopyButton } from '../../text/copy-button.js'
import { useArrival } from '../../use-arrival.js'
import { recordState } from '../record-state.js'
import { recordTitle } from '../record-title.js'

/** @typedef {import('../api.js').RecordView} RecordView */

/** All requests, newest first, however they ended. @param {{ arrived: boolean, limits: import('../api.js').Limits }} props */
export function History({ arrived, limits }) {
  const { t, api, announce } = useServices()
  const heading = useArrival(arrived)
  const list = useTaskList('record', cursor => api.records.list(cursor), api.records.one)
  const { items: records, fault, load, more, look, drop } = list
  useEffect(() => {
    document.title = `${t('records.history.title')} – Conch`
  }, [])

  /** @param {string} id */
  const remove = async id => {
    await api.records.remove(id)
    announce(t('records.say.removed'))
    heading.current?.focus()
    drop(id)
  }
  /** @param {string} id */
  const retry = async id => {
    await api.retryTask(id)
    look(id)
  }
  return html`
    <div class="history">
      <h1 ref=${heading} tabindex="-1">${t('records.history.title')}</h1>
      <p class="lead">${t('records.history.lead')}</p>
      ${!records && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${records?.length === 0 && html`<p class="quiet">${t('records.recent.empty')}</p>`}
      <ul class="plain">
        ${records?.map(record => html`<li key=${record.id}><${Entry} record=${record} limits=${limits} onRetry=${retry} onRemove=${remove} /></li>`)}
      </ul>
      ${fault !== undefined && html`<${LoadFault} words=${t('records.history.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </div>
  `
}

/**
 * @param {{ record: RecordView, limits: import('../api.js').Limits, onRetry: (id: string) => Promise<void>,
 *   onRemove: (id: string) => Promise<void> }} props
 */
function Entry({ record, limits, onRetry, onRemove }) {
  const services = useServices()
  const { t, date } = services
  const title = recordTitle(record, limits, services)
  const text = record.saved?.text ?? record.versions.find(version => version.text)?.text ?? ''
  const failed = hasFailed(record)
  return html`
    <article class="card entry" data-saved=${record.saved ? 'true' : 'false'} data-status=${record.status}>
      <header>
        <h2><a href=${taskUrl(record.id)}>${title}</a></h2>
        <p class="status ${record.saved ? 'saved' : ''}">${t(recordState(record))}</p>
        <p class="quiet">${date(record.saved?.confirmedAt ?? record.createdAt)}</p>
      </header>
      ${text && html`<p class="text" lang="ko">${text}</p>`}
      ${record.status === 'failed' && html`<${OutputFault} output=${record} />`}
      ${record.damaged && html`<${DamagedNotice} />`}
      <footer>
        ${record.saved?.text && html`<${CopyButton} text=${() => record.saved?.text ?? ''} name=${title} />`}
        <a class="button" href=${taskUrl(record.id)}>${t('records.history.open')}</a>
        <${Remedies} title=${title} sure=${t('records.remove.sure')} onRetry=${failed ? () => onRetry(record.id) : undefined}
          onRemove=${() => onRemove(record.id)} />
      </footer>
    </article>
  `
}
