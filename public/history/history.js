import { explainError } from '../explain-error.js'
import { html, useEffect, useState } from '../preact.js'
import { recordTitle } from '../record-title.js'
import { taskUrl } from '../route.js'
import { useServices } from '../services.js'
import { CopyButton } from '../text/copy-button.js'
import { useArrival } from '../use-arrival.js'

/** @typedef {import('../api.js').RecordView} RecordView */

/** What was written and saved, newest first. @param {{ arrived: boolean, limits: import('../api.js').Limits }} props */
export function History({ arrived, limits }) {
  const { t, api } = useServices()
  const heading = useArrival(arrived)
  const [records, setRecords] = useState(/** @type {RecordView[] | undefined} */ (undefined))
  const [next, setNext] = useState(/** @type {string | undefined} */ (undefined))
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined))

  /** @param {string} [cursor] */
  const load = async cursor => {
    setFault(undefined)
    try {
      const { items, nextCursor } = await api.records(cursor)
      setRecords(before => [...(cursor ? (before ?? []) : []), ...items])
      setNext(nextCursor ?? undefined)
    } catch (error) {
      setFault(error)
    }
  }
  useEffect(() => {
    document.title = `${t('title.history')} – Conch`
    load()
  }, [])

  return html`
    <div class="history">
      <h1 ref=${heading} tabindex="-1">${t('history.title')}</h1>
      <p class="lead">${t('history.lead')}</p>
      ${!records && fault === undefined && html`<p class="quiet" aria-busy="true">${t('history.loading')}</p>`}
      ${records?.length === 0 && html`<p class="quiet">${t('recent.empty')}</p>`}
      <ul class="plain">
        ${records?.map(record => html`<li key=${record.id}><${Entry} record=${record} limits=${limits} /></li>`)}
      </ul>
      ${
        fault !== undefined &&
        html`<div class="notice bad">
          <p><strong>${t('history.failed')}</strong> ${explainError(fault, t)}</p>
          <button type="button" onClick=${() => load(next)}>${t('load.again')}</button>
        </div>`
      }
      ${next !== undefined && fault === undefined && html`<button type="button" onClick=${() => load(next)}>${t('history.more')}</button>`}
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
        <p class="status ${record.saved ? 'saved' : ''}">${t(record.saved ? 'history.saved' : 'history.unsaved')}</p>
        <p class="quiet">${date(record.saved?.confirmedAt ?? record.createdAt)}</p>
      </header>
      <p class="text" lang="ko">${text}</p>
      <footer>
        ${record.saved && html`<${CopyButton} text=${() => record.saved?.text ?? ''} name=${title} />`}
        <a class="button" href=${taskUrl(record.id)}>${t('history.open')}</a>
      </footer>
    </article>
  `
}
