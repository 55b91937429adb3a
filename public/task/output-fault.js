import { html } from '../preact.js'
import { useServices } from '../services.js'

/**
 * Why an ended output is not complete and what to do about it; nothing for a complete one.
 *
 * @param {{ output: Pick<import('./task-view.js').OutputView, 'status' | 'finishReason' | 'error'> }} props
 */
export function OutputFault({ output }) {
  const { t } = useServices()
  if (output.status !== 'incomplete' && output.status !== 'failed') return null
  return html`<p class="fault">
    ${t(faultKey(output.error?.code ?? output.finishReason ?? ''))} ${output.error && html`<small>${output.error.detail}</small>`}
  </p>`
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
