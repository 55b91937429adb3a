import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { useKeptFocus } from '../use-kept-focus.js'

/**
 * Says that part of a thing was damaged in storage, and offers to delete it where nothing else on the page does.
 *
 * @param {{ name?: string, onRemove?: () => Promise<unknown> }} props `name`: what the thing is called
 */
export function DamagedNotice({ name = '', onRemove }) {
  const { t } = useServices()
  const { fault, attempt } = useAction()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const remove = () => {
    setAsking(false)
    if (onRemove) attempt(onRemove())
  }
  return html`
    <div class="notice bad damaged" ...${keeping}>
      <p>${t('damaged.text')} ${t('damaged.advice')}</p>
      ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
      ${
        onRemove &&
        (asking
          ? html`<${Question} words=${t('damaged.remove.sure')} yes=${t('damaged.remove')} no=${t('damaged.remove.no')}
              onYes=${remove} onNo=${() => setAsking(false)} />`
          : html`<button type="button" aria-label="${t('damaged.remove')}${name && `: ${name}`}" onClick=${() => setAsking(true)}>${t('damaged.remove')}</button>`)
      }
    </div>
  `
}

/** In place of a text that was damaged in storage. */
export function DamagedPart() {
  const { t } = useServices()
  return html`<p class="fault damaged">${t('damaged.part')}</p>`
}
