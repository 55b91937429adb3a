import { explainError } from './explain-error.js'
import { html, useEffect } from './preact.js'
import { useServices } from './services.js'

/**
 * Shows and announces what could not be loaded and why, with a button to try again.
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
