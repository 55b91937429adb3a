import { html } from '../preact.js'
import { useServices } from '../services.js'

/**
 * A labelled control with its hint and its error, tied together for screen readers.
 *
 * @param {{ id: string, label: string, hint?: string, error?: string, optional?: boolean,
 *   control: (attributes: Record<string, unknown>) => unknown }} props `control` draws it with the given attributes
 */
export function Field({ id, label, hint, error, optional, control }) {
  const { t } = useServices()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return html`
    <div class="field">
      <label for=${id}>${label}${optional && html` <small>${t('form.optional')}</small>`}</label>
      ${control({ id, name: id, 'aria-describedby': described || undefined, 'aria-invalid': error ? 'true' : undefined })}
      ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
      ${error && html`<p class="error" id="${id}-error">${error}</p>`}
    </div>
  `
}
