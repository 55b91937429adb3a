import { html } from '../preact.js'
import { useServices } from '../services.js'
import { DamagedPart } from './damaged.js'

/**
 * In place of an output's text while there is none: that it is awaited, that none came, or that it is damaged.
 *
 * @param {{ output: Pick<import('./task-view.js').OutputView, 'status' | 'damaged'>, writing: boolean }} props
 */
export function NoText({ output, writing }) {
  const { t } = useServices()
  if (!writing && output.damaged) return html`<${DamagedPart} />`
  if (!writing) return html`<p class="quiet">${t('output.empty')}</p>`
  return html`
    <div class="waiting">
      <p class="quiet">${t(output.status === 'pending' ? 'output.pending' : 'output.waiting')}</p>
      <i></i><i></i><i></i>
    </div>
  `
}
