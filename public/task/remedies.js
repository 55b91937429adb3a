import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { useKeptFocus } from '../use-kept-focus.js'

/**
 * The actions of a list item that a task wrote, or could not write: try it again, remove it after a question.
 *
 * @param {{ title: string, sure: string, onRetry?: () => Promise<unknown>, onRemove: () => Promise<unknown> }} props `title`:
 *   its name, for users who hear only the buttons; `sure`: the question before it is removed
 */
export function Remedies({ title, sure, onRetry, onRemove }) {
  const { t } = useServices()
  const { fault, attempt } = useAction()
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const keeping = useKeptFocus(asking)
  /** @param {() => Promise<unknown>} action */
  const run = async action => {
    if (busy) return
    setBusy(true)
    await attempt(action())
    setBusy(false)
  }
  return html`
    <div class="actions" ...${keeping}>
      ${
        asking
          ? html`<${Question} words=${sure} yes=${t('entry.remove')} no=${t('entry.remove.no')}
              onYes=${() => run(onRemove)} onNo=${() => setAsking(false)} />`
          : html`
            ${onRetry && html`<button type="button" aria-label="${t('entry.retry')}: ${title}" onClick=${() => run(onRetry)}>${t('entry.retry')}</button>`}
            <button type="button" class="quiet" aria-label="${t('entry.remove')}: ${title}" onClick=${() => setAsking(true)}>${t('entry.remove')}</button>`
      }
      ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
    </div>
  `
}
