import { html } from '../../preact.js'
import { useServices } from '../../services.js'

/**
 * Where a limit comes from, one click from its number.
 *
 * @param {{ limit: import('../api.js').LimitSource }} props
 */
export function LimitSource({ limit }) {
  const { t, pick } = useServices()
  const { source, page, since, verified, assumed, note } = limit
  return html`
    <details class="limit-source">
      <summary>${t('records.limit.source')}</summary>
      <p><span lang="ko">${source}</span>${page !== null && `, ${t('records.limit.page', { page })}`}</p>
      <p>${t('records.limit.since', { year: String(since) })} ${t(`records.limit.${verified}`)}</p>
      ${assumed && html`<p>${t('records.limit.assumed')}</p>`}
      ${note && html`<p>${pick(note)}</p>`}
    </details>
  `
}
