import { html } from '../preact.js'
import { useOperatorServices } from './operator-context.js'

/**
 * Asks why a failed event is given up.
 *
 * @param {{ id: string, onDiscard: (reason: string) => void, onCancel: () => void }} props
 */
export function DiscardForm({ id, onDiscard, onCancel }) {
  const { t } = useOperatorServices()
  /** @param {SubmitEvent} event */
  const submit = event => {
    event.preventDefault()
    const reason = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('reason')).trim()
    if (reason) onDiscard(reason)
  }
  return html`
    <form class="form" onSubmit=${submit}>
      <div>
        <label for="reason-${id}">${t('operations.reason')}</label>
        <input type="text" id="reason-${id}" name="reason" maxlength="500" required pattern=".*\\S.*" data-focus />
      </div>
      <div class="actions">
        <button class="danger">${t('operations.discard')}</button>
        <button type="button" onClick=${onCancel}>${t('operations.no')}</button>
      </div>
    </form>
  `
}
