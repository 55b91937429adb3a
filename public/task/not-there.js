import { explainError } from '../explain-error.js'
import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'

/**
 * In place of a task that cannot be shown: it does not exist, or cannot be reached now.
 *
 * @param {{ fault: unknown, gone: string, backUrl: string, back: string }} props `gone`: that it is not there
 */
export function NotThere({ fault, gone, backUrl, back }) {
  const { t, announce } = useServices()
  const missing = fault instanceof Error && 'status' in fault && fault.status === 404
  useEffect(() => announce(missing ? gone : t('task.unreachable')), [missing])
  return html`
    <div class="notice bad">
      <h1>${missing ? gone : t('load.failed')}</h1>
      <p>${missing ? t('task.gone.advice') : `${explainError(fault, t)} ${t('task.unreachable')}`}</p>
      <a class="button" href=${backUrl}>${back}</a>
    </div>
  `
}
