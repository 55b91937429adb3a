import { html } from '../preact.js'
import { useOperatorServices } from './operator-context.js'

/** Asks for the operator token. @param {{ refused: boolean, onToken: (token: string) => void }} props */
export function TokenForm({ refused, onToken }) {
  const { t } = useOperatorServices()
  /** @param {SubmitEvent} event */
  const submit = event => {
    event.preventDefault()
    const said = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('token')).trim()
    if (said) onToken(said)
  }
  return html`
    <form class="card form token" onSubmit=${submit}>
      <div>
        <label for="token">${t('operations.token')}</label>
        <input type="password" id="token" name="token" autocomplete="off" required
          aria-describedby="token-hint token-error" aria-invalid=${refused ? 'true' : undefined} />
        <p class="hint" id="token-hint">${t('operations.token.hint')}</p>
        <p class="error" id="token-error" role="alert">${refused && t('operations.token.refused')}</p>
      </div>
      <div class="actions"><button class="primary">${t('operations.enter')}</button></div>
    </form>
  `
}
