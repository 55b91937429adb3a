import { Refused } from '../api.js'
import { explainError } from '../explain-error.js'
import { html, useEffect, useState } from '../preact.js'
import { FailedEvent } from './failed-event.js'
import { Filters } from './filters.js'
import { useOperatorServices } from './operator-context.js'
import { RedriveAll } from './redrive-all.js'
import { usePolled } from './use-polled.js'

const pageSize = 20
/** The server returns no more at once. */
const maxShown = 100

/**
 * The failed events that match the filters, newest first, kept up to date.
 *
 * @param {{ api: import('./api.js').OperationsApi, onRefused: () => void }} props `onRefused`: the token is wrong
 */
export function FailedEvents({ api, onRefused }) {
  const { t } = useOperatorServices()
  const [filter, setFilter] = useState(/** @type {import('./filters.js').Filter} */ ({ status: 'open' }))
  const [limit, setLimit] = useState(pageSize)
  const asked = { ...filter, limit }
  const { value, fault, reload } = usePolled(signal => api.failedEvents(asked, signal), JSON.stringify(asked))
  const refused = fault instanceof Refused && fault.status === 401
  useEffect(() => {
    if (refused) onRefused()
  }, [refused])
  const { handler, event } = filter
  return html`
    <section class="failed-events" aria-labelledby="failed-events-title">
      <h2 id="failed-events-title" tabindex="-1">${t('operations.failed')}</h2>
      <p class="lead">${t('operations.failed.lead')}</p>
      <${Filters} filter=${filter} onFilter=${setFilter} />
      ${(filter.status ?? 'open') === 'open' && html`<${RedriveAll} api=${api} selection=${{ handler, event }} onDone=${reload} />`}
      ${fault !== undefined && html`<p class="error" role="alert">${explainError(fault, t)}</p>`}
      ${!value && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${value?.items.length === 0 && html`<p class="quiet">${t('operations.none')}</p>`}
      <ul class="plain">
        ${value?.items.map(failed => html`<li key=${failed.id}><${FailedEvent} api=${api} failed=${failed} onDone=${reload} /></li>`)}
      </ul>
      ${
        value?.nextCursor &&
        (limit < maxShown
          ? html`<button type="button" onClick=${() => setLimit(limit + pageSize)}>${t('list.more')}</button>`
          : html`<p class="quiet">${t('operations.tooMany', { count: maxShown })}</p>`)
      }
    </section>
  `
}
