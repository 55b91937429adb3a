import { html } from '../preact.js'
import { useServices } from '../services.js'

/**
 * Why an ended output is not complete and what to do about it; nothing for a complete one. The words are the page's own; those of
 * the server, in English, stand behind a mark.
 *
 * @param {{ output: Pick<import('./task-view.js').OutputView, 'status' | 'finishReason' | 'error'> }} props
 */
export function OutputFault({ output }) {
  const { t } = useServices()
  if (output.status !== 'incomplete' && output.status !== 'failed') return null
  const { error } = output
  return html`
    <div class="fault">
      <p>${t(faultKey(error?.code ?? output.finishReason ?? ''))}</p>
      ${
        error?.detail &&
        html`<details>
          <summary>${t('fault.details')}</summary>
          <p lang=${error.code === 'refused' ? undefined : 'en'}>${error.detail}</p>
        </details>`
      }
    </div>
  `
}

/** @param {string} code @returns {import('../i18n.js').MessageKey} */
function faultKey(code) {
  switch (code) {
    case 'length':
    case 'content-filter':
    case 'refused':
    case 'truncated':
    case 'stalled':
    case 'unavailable':
    case 'rejected':
    case 'empty':
    case 'broken':
    case 'invalid':
    case 'attempts-lost':
    case 'input-damaged':
      return `fault.${code}`
    default:
      return 'fault.other'
  }
}
