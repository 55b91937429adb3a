import { html } from '../preact.js'
import { useServices } from '../services.js'

/**
 * In place of an output's text while there is none: that it is awaited, or that none came.
 *
 * @param {{ output: Pick<import('./task-view.js').OutputView, 'status'>, writing: boolean }} props
 */
export function NoText({ output, writing }) {
  const { t } = useServices()
  if (!writing) return html`<p class="quiet">${t('output.empty')}</p>`
  return html`
    <div class="waiting">
      <p class="quiet">${t(output.status === 'pending' ? 'output.pending' : 'output.waiting')}</p>
      <i></i><i></i><i></i>
    </div>
  `
}
