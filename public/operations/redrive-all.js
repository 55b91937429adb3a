import { html, useEffect, useState } from '../preact.js'
import { Question } from '../question.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { useOperatorServices } from './operator-context.js'
import { useOperation } from './use-operation.js'

/**
 * Redrives all that match the filters, after showing how many they are.
 *
 * @param {{ api: import('./api.js').OperationsApi, selection: import('./api.js').Selection, onDone: () => void }} props
 */
export function RedriveAll({ api, selection, onDone }) {
  const { t, announce } = useOperatorServices()
  const { fault, attempt } = useOperation()
  const [preview, setPreview] = useState(/** @type {import('./api.js').Redriven | undefined} */ (undefined))
  const keeping = useKeptFocus(preview)
  const key = JSON.stringify(selection)
  // The number belonged to other filters.
  useEffect(() => setPreview(undefined), [key])

  const ask = async () => setPreview(await attempt(api.preview(selection)))
  const redrive = async () => {
    const done = await attempt(api.redriveAll(selection))
    setPreview(undefined)
    if (!done) return
    announce(t('operations.say.redriven', { count: done.count }))
    onDone()
  }
  const left = preview?.withoutHandler ? ` ${t('operations.withoutHandler', { count: preview.withoutHandler })}` : ''
  return html`
    <div class="actions redrive-all" ...${keeping}>
      ${
        preview === undefined
          ? html`<button type="button" onClick=${ask}>${t('operations.redriveAll')}</button>`
          : preview.count === 0
            ? html`<p>${t('operations.redriveAll.none')}${left}</p>
                <button type="button" onClick=${() => setPreview(undefined)}>${t('operations.no')}</button>`
            : html`<${Question} words=${t('operations.redriveAll.sure', { count: preview.count }) + left}
                yes=${t('operations.redrive')} no=${t('operations.no')}
                onYes=${redrive} onNo=${() => setPreview(undefined)} />`
      }
      ${fault && html`<p class="error">${fault}</p>`}
    </div>
  `
}
