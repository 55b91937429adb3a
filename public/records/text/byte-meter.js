import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { LimitSource } from './limit-source.js'

/**
 * Bytes against the limit, in words and as a bar. Words say when it is over the limit, not only the colour.
 *
 * @param {{ bytes: number, limitBytes?: number, limit?: import('../api.js').LimitSource | null }} props
 */
export function ByteMeter({ bytes, limitBytes, limit }) {
  const { t } = useServices()
  if (limitBytes === undefined) return html`<p class="meter"><span>${t('records.meter.bytes', { bytes })}</span></p>`
  const over = bytes - limitBytes
  return html`
    <div class="meter" data-over=${over > 0 ? 'true' : undefined}>
      <p>
        <span>${t('records.meter.of', { bytes, limit: limitBytes })}</span>
        ${over > 0 && html` <strong>${t('records.meter.over', { bytes: over })}</strong>`}
      </p>
      <div class="bar" aria-hidden="true">
        <i style=${{ width: `${Math.min(100, (100 * bytes) / limitBytes)}%` }}></i>
      </div>
      ${limit && html`<${LimitSource} limit=${limit} />`}
    </div>
  `
}
