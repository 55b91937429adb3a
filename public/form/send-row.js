import { html } from '../preact.js'
import { useServices } from '../services.js'
import { useLinkState } from '../use-link-state.js'
import { isMac } from './keys.js'

/**
 * The end of a form: why it could not be sent, the button that sends it, the one that empties it, the keys.
 *
 * @param {{ submit: string, sending: boolean, failure?: string, onClear: () => void }} props
 */
export function SendRow({ submit, sending, failure, onClear }) {
  const { t, link } = useServices()
  const unsent = useLinkState(link) === 'unsent'
  return html`
    ${
      failure !== undefined &&
      html`<div class="notice bad"><p><strong>${t('form.failed')}</strong> ${failure} ${t('form.kept')}</p></div>`
    }
    <div class="send">
      <button type="submit" class="primary" aria-disabled=${sending ? 'true' : undefined}>
        ${sending ? t(unsent ? 'form.unsent' : 'form.submitting') : submit}
      </button>
      <button type="button" class="quiet" onClick=${onClear}>${t('form.clear')}</button>
      <p class="hint">${t(isMac() ? 'form.shortcut.mac' : 'form.shortcut')}</p>
    </div>
  `
}
