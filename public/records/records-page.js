import { lazy } from '../lazy.js'
import { html, useEffect } from '../preact.js'
import { recordsUrl } from '../route.js'
import { useServices } from '../services.js'
import { whenIdle } from '../when-idle.js'
import { WritePage } from './write/write-page.js'

const TaskPage = lazy(async () => (await import('../later.js')).TaskPage)
const History = lazy(async () => (await import('../later.js')).History)

/**
 * Student records: the form, one task, the history.
 *
 * @param {{ place: import('../route.js').Place<import('../route.js').RecordsRoute> }} props
 */
export function RecordsPage({ place }) {
  const { t } = useServices()
  // Where the form leads to.
  useEffect(() => whenIdle(TaskPage.prefetch), [])
  return html`
    <nav class="pages" aria-label=${t('nav.records')}>
      <a href=${recordsUrl} aria-current=${place.page === 'write' ? 'page' : undefined}>${t('records.nav.write')}</a>
      <a href="#history" aria-current=${place.page === 'history' ? 'page' : undefined}>${t('records.nav.history')}</a>
    </nav>
    <${Page} key=${place.page === 'task' ? place.taskId : place.page} place=${place} />
  `
}

/** @param {{ place: import('../route.js').Place<import('../route.js').RecordsRoute> }} props */
function Page({ place }) {
  const { arrived } = place
  const { limits } = useServices().facts
  if (place.page === 'task') return html`<${TaskPage} taskId=${place.taskId} arrived=${arrived} limits=${limits} />`
  if (place.page === 'history') return html`<${History} arrived=${arrived} limits=${limits} />`
  return html`<${WritePage} arrived=${arrived} limits=${limits} />`
}
