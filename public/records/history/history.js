import { LoadFault } from '../../load-fault.js'
import { html, useEffect } from '../../preact.js'
import { taskUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { CopyButton } from '../../text/copy-button.js'
import { useArrival } from '../../use-arrival.js'
import { useList } from '../../use-list.js'
import { recordTitle } from '../record-title.js'

/** @typedef {import('../api.js').RecordView} RecordView */

/** What was written and saved, newest first. @param {{ arrived: boolean, limits: import('../api.js').Limits }} props */
export function History({ arrived, limits }) {
  const { t, api } = useServices()
  const heading = useArrival(arrived)
  const { items: records, fault, load, more } = useList(api.records.list)
  useEffect(() => {
    document.title = `${t('records.history.title')} – Conch`
  }, [])

  return html`
    <div class="history">
      <h1 ref=${heading} tabindex="-1">${t('records.history.title')}</h1>
      <p class="lead">${t('records.history.lead')}</p>
      ${!records && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${records?.length === 0 && html`<p class="quiet">${t('records.recent.empty')}</p>`}
      <ul class="plain">
        ${records?.map(record => html`<li key=${record.id}><${Entry} record=${record} limits=${limits} /></li>`)}
      </ul>
      ${fault !== undefined && html`<${LoadFault} words=${t('records.history.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </div>
  `
}

/** @param {{ record: RecordView, limits: import('../api.js').Limits }} props */
function Entry({ record, limits }) {
  const services = useServices()
  const { t, date } = services
  const title = recordTitle(record, limits, services)
  const text = record.saved?.text ?? record.versions.find(version => version.text)?.text ?? ''
  return html`
    <article class="card entry" data-saved=${record.saved ? 'true' : 'false'}>
      <header>
        <h2><a href=${taskUrl(record.id)}>${title}</a></h2>
        <p class="status ${record.saved ? 'saved' : ''}">${t(record.saved ? 'records.history.saved' : 'records.history.unsaved')}</p>
        <p class="quiet">${date(record.saved?.confirmedAt ?? record.createdAt)}</p>
      </header>
      <p class="text" lang="ko">${text}</p>
      <footer>
        ${record.saved && html`<${CopyButton} text=${() => record.saved?.text ?? ''} name=${title} />`}
        <a class="button" href=${taskUrl(record.id)}>${t('records.history.open')}</a>
      </footer>
    </article>
  `
}
