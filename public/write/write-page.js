import { html, useEffect, useState } from '../preact.js'
import { recordTitle, requestOf } from '../record-title.js'
import { taskUrl } from '../route.js'
import { useServices } from '../services.js'
import { RecordForm } from './record-form.js'

/** @param {{ arrived: boolean, limits: import('../api.js').Limits }} props */
export function WritePage({ arrived, limits }) {
  const { t } = useServices()
  useEffect(() => {
    document.title = `${t('title.write')} – Conch`
  }, [])
  return html`
    <div class="write">
      <${RecordForm} arrived=${arrived} limits=${limits} />
      <aside>
        <${Unfinished} limits=${limits} />
        <${Recent} limits=${limits} />
      </aside>
    </div>
  `
}

/** Tasks that still run, perhaps from a window that was closed. @param {{ limits: import('../api.js').Limits }} props */
function Unfinished({ limits }) {
  const services = useServices()
  const { t, api, date } = services
  const [tasks, setTasks] = useState(/** @type {import('../api.js').Task[]} */ ([]))
  useEffect(() => {
    api.unfinishedRecordTasks().then(
      list => setTasks(list.items),
      () => setTasks([]), // An offer, not more: the form beside it says it when the server is away.
    )
  }, [])
  if (tasks.length === 0) return null
  return html`
    <section class="card resume" aria-labelledby="resume-title">
      <h2 id="resume-title">${t('resume.title')}</h2>
      <p>${t('resume.text')}</p>
      <ul class="plain">
        ${tasks.map(
          task => html`<li key=${task.id}>
            <span>
              <b>${recordTitle(requestOf(task.id), limits, services) || t('task.untitled')}</b>
              <small>${date(task.createdAt)}</small>
            </span>
            <a class="button" href=${taskUrl(task.id)}>${t('resume.open')}</a>
          </li>`,
        )}
      </ul>
    </section>
  `
}

/** @param {{ limits: import('../api.js').Limits }} props */
function Recent({ limits }) {
  const services = useServices()
  const { t, api, date } = services
  const [records, setRecords] = useState(/** @type {import('../api.js').RecordView[] | undefined} */ (undefined))
  useEffect(() => {
    api.records().then(
      list => setRecords(list.items.slice(0, recentCount)),
      () => setRecords(undefined), // As above.
    )
  }, [])
  if (!records) return null
  return html`
    <section class="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">${t('recent.title')}</h2>
      ${records.length === 0 && html`<p class="quiet">${t('recent.empty')}</p>`}
      <ul class="plain">
        ${records.map(
          record => html`<li key=${record.id}>
            <a href=${taskUrl(record.id)}>
              <b>${recordTitle(record, limits, services)}</b>
              <small>${date(record.createdAt)} · ${t(record.saved ? 'history.saved' : 'history.unsaved')}</small>
            </a>
          </li>`,
        )}
      </ul>
      ${records.length > 0 && html`<a class="more" href="#history">${t('recent.all')}</a>`}
    </section>
  `
}

const recentCount = 5
