import { html } from '../preact.js'
import { useServices } from '../services.js'

/**
 * Bytes against the limit, in words and as a bar. Over the limit is said, not only coloured.
 *
 * @param {{ bytes: number, limitBytes?: number, targetBytes?: number | null }} props
 */
export function ByteMeter({ bytes, limitBytes, targetBytes }) {
  const { t } = useServices()
  if (limitBytes === undefined) return html`<p class="meter"><span>${t('meter.bytes', { bytes })}</span></p>`
  const over = bytes - limitBytes
  const percent = (/** @type {number} */ part) => `${Math.min(100, (100 * part) / limitBytes)}%`
  return html`
    <div class="meter" data-over=${over > 0 ? 'true' : undefined}>
      <p>
        <span>${t('meter.of', { bytes, limit: limitBytes })}</span>
        ${over > 0 && html` <strong>${t('meter.over', { bytes: over })}</strong>`}
        ${targetBytes && over <= 0 && html` <span class="quiet">${t('meter.target', { bytes: targetBytes })}</span>`}
      </p>
      <div class="bar" aria-hidden="true">
        <i style=${{ width: percent(bytes) }}></i>
        ${targetBytes && html`<b style=${{ left: percent(targetBytes) }}></b>`}
      </div>
    </div>
  `
}
