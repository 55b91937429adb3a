import { html } from '../../preact.js'
import { useServices } from '../../services.js'

/**
 * What the teacher wrote about the student: beside the drafts, which have to rest on it.
 *
 * @param {{ request: import('../api.js').RecordRequest | null | undefined, open: boolean }} props
 */
export function Observations({ request, open }) {
  const { t } = useServices()
  if (!request) return null
  return html`
    <details class="card observations" open=${open}>
      <summary>${t('records.observations')}</summary>
      <p class="text" lang="ko">${request.observations}</p>
      ${request.keywords && html`<p class="quiet">${t('records.form.keywords')}: ${request.keywords.join(', ')}</p>`}
    </details>
  `
}
