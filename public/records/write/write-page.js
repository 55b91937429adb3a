import { html, useEffect, useState } from '../../preact.js'
import { taskUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { Remedies } from '../../task/remedies.js'
import { UnfinishedTasks } from '../../task/unfinished-tasks.js'
import { hasFailed } from '../../task/use-task-list.js'
import { recordState } from '../record-state.js'
import { recordTitle } from '../record-title.js'
import { RecordForm } from './record-form.js'

/** @param {{ arrived: boolean, limits: import('../api.js').Limits }} props */
export function WritePage({ arrived, limits }) {
  const services = useServices()
  const { t, api } = services
  useEffect(() => {
    document.title = `${t('records.nav.write')} – Conch`
  }, [])
  return html`
    <div class="write">
      <${RecordForm} arrived=${arrived} limits=${limits} />
      <aside>
        <${UnfinishedTasks} title=${t('records.resume.title')} urlOf=${taskUrl}
          load=${() => api.records.list(undefined, ['queued', 'running'])}
          nameOf=${(/** @type {import('../api.js').RecordView} */ record) => recordTitle(record, limits, services)} />
        <${Recent} limits=${limits} />
      </aside>
    </div>
  `
}

/** @param {{ limits: import('../api.js').Limits }} props */
function Recent({ limits }) {
  const services = useServices()
  const { t, api, announce, date } = services
  const [records, setRecords] = useState(/** @type {import('../api.js').RecordView[] | undefined} */ (undefined))
  const load = () =>
    api.records.list(undefined, ['completed', 'incomplete', 'failed', 'cancelled']).then(
      list => setRecords(list.items.slice(0, recentCount)),
      () => setRecords(undefined), // As above.
    )
  useEffect(() => void load(), [])
  if (!records) return null
  /** @param {string} id */
  const remove = async id => {
    await api.records.remove(id)
    announce(t('records.say.removed'))
    await load()
  }
  /** @param {string} id */
  const retry = async id => {
    await api.retryTask(id)
    location.hash = taskUrl(id)
  }
  return html`
    <section class="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">${t('records.recent.title')}</h2>
      ${records.length === 0 && html`<p class="quiet">${t('records.recent.empty')}</p>`}
      <ul class="plain">
        ${records.map(
          record => html`<li key=${record.id}>
            <a href=${taskUrl(record.id)}>
              <b>${recordTitle(record, limits, services)}</b>
              <small>${date(record.createdAt)} · ${t(recordState(record))}</small>
            </a>
            ${
              hasFailed(record) &&
              html`<${Remedies} title=${recordTitle(record, limits, services)} sure=${t('records.remove.sure')}
                onRetry=${() => retry(record.id)} onRemove=${() => remove(record.id)} />`
            }
          </li>`,
        )}
      </ul>
      ${records.length > 0 && html`<a class="more" href="#history">${t('records.recent.all')}</a>`}
    </section>
  `
}

const recentCount = 5
