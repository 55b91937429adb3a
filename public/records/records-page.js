import { LoadFault } from '../load-fault.js'
import { html } from '../preact.js'
import { useServices } from '../services.js'
import { useLoaded } from '../use-loaded.js'
import { History } from './history/history.js'
import { TaskPage } from './task/task-page.js'
import { WritePage } from './write/write-page.js'

/**
 * Student records: the form, one task, the history. All of them need to know how long a record may be.
 *
 * @param {{ place: import('../route.js').Place<import('../route.js').RecordsRoute> }} props
 */
export function RecordsPage({ place }) {
  const { t, api } = useServices()
  const { value: limits, fault, load } = useLoaded(() => api.records.limits())
  return html`
    <nav class="pages" aria-label=${t('nav.records')}>
      <a href="#" aria-current=${place.page === 'write' ? 'page' : undefined}>${t('records.nav.write')}</a>
      <a href="#history" aria-current=${place.page === 'history' ? 'page' : undefined}>${t('records.nav.history')}</a>
    </nav>
    ${limits && html`<${Page} key=${location.hash} place=${place} limits=${limits} />`}
    ${fault !== undefined && html`<${LoadFault} words=${t('load.failed')} fault=${fault} onAgain=${load} />`}
  `
}

/** @param {{ place: import('../route.js').Place<import('../route.js').RecordsRoute>, limits: import('./api.js').Limits }} props */
function Page({ place, limits }) {
  const { arrived } = place
  if (place.page === 'task') return html`<${TaskPage} taskId=${place.taskId} arrived=${arrived} limits=${limits} />`
  if (place.page === 'history') return html`<${History} arrived=${arrived} limits=${limits} />`
  return html`<${WritePage} arrived=${arrived} limits=${limits} />`
}
