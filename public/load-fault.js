import { explainError } from './explain-error.js'
import { html, useEffect } from './preact.js'
import { useServices } from './services.js'

/**
 * What could not be loaded, why, and a way to try again; said too.
 *
 * @param {{ words: string, fault: unknown, onAgain: () => void }} props
 */
export function LoadFault({ words, fault, onAgain }) {
  const { t, announce } = useServices()
  const reason = explainError(fault, t)
  useEffect(() => announce(`${words} ${reason}`), [fault])
  return html`
    <div class="notice bad">
      <p><strong>${words}</strong> ${reason}</p>
      <button type="button" onClick=${onAgain}>${t('load.again')}</button>
    </div>
  `
}
