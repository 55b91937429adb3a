import { html, useEffect, useRef, useState } from '../../preact.js'
import { useServices } from '../../services.js'
import { FindingList } from '../text/finding-list.js'

/** @typedef {import('../api.js').Finding} Finding */

/**
 * Where the teacher answers for the text: the guide's three checks in one sentence, and the button. What is forbidden stops here, until it
 * is changed or the teacher says why it stands.
 *
 * @param {{ saving: ReturnType<typeof import('./use-saving.js').useSaving>, text: string, waiting: boolean, onEdit: () => void,
 *   onGo: (finding: Finding) => void }} props
 */
export function Confirmation({ saving, text, waiting, onEdit, onGo }) {
  const { t } = useServices()
  return html`
    <div class="confirm">
      <label class="check">
        <input type="checkbox" id="editor-confirm" checked=${saving.confirmed} aria-describedby="editor-fault"
          aria-invalid=${saving.fault && !saving.confirmed ? 'true' : undefined}
          onChange=${(/** @type {Event & { currentTarget: HTMLInputElement }} */ event) => saving.confirm(event.currentTarget.checked)} />
        <span>${t('records.edit.confirm')}</span>
      </label>
      <p id="editor-fault" class="error">${saving.fault}</p>
      <${Step} saving=${saving} text=${text} waiting=${waiting} onEdit=${onEdit} onGo=${onGo} />
      ${waiting && html`<p class="quiet">${t('records.edit.wait')}</p>`}
    </div>
  `
}

/** @param {Parameters<typeof Confirmation>[0]} props */
function Step({ saving, text, waiting, onEdit, onGo }) {
  const { t } = useServices()
  if (saving.forbidden.length > 0)
    return html`<${Forbidden} saving=${saving} text=${text} onEdit=${onEdit} onGo=${onGo} />`
  if (saving.overBy > 0) {
    return html`<${Notice} class="notice bad">
      <p>${t('records.edit.over', { bytes: saving.overBy })}</p>
      <button type="button" onClick=${onEdit}>${t('records.edit.over.shorten')}</button>
      <button type="button" class="danger" onClick=${() => saving.save(text, { allowOverLimit: true })}>${t('records.edit.over.save')}</button>
    <//>`
  }
  return html`<button type="button" class="primary" aria-disabled=${saving.busy || waiting ? 'true' : undefined}
    onClick=${() => waiting || saving.save(text)}>
    ${t(saving.busy ? 'records.edit.saving' : 'records.edit.save')}
  </button>`
}

/** What stands in place of the button that was pressed: it takes the focus. @param {{ class: string, children: unknown }} props */
function Notice({ class: name, children }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  useEffect(() => place.current?.focus(), [])
  return html`<div ref=${place} class=${name} tabindex="-1">${children}</div>`
}

/** @param {Omit<Parameters<typeof Confirmation>[0], 'waiting'>} props */
function Forbidden({ saving, text, onEdit, onGo }) {
  const { t } = useServices()
  const [reason, setReason] = useState('')
  const saveDespite = () => {
    if (reason.trim()) saving.save(text, { despite: reason.trim() })
    else document.getElementById('editor-despite')?.focus()
  }
  return html`
    <${Notice} class="notice bad forbidden-findings">
      <p>${t('records.edit.forbidden', { count: saving.forbidden.length })}</p>
      <${FindingList} findings=${saving.forbidden} onGo=${onGo} />
      <label for="editor-despite">${t('records.edit.despite')}</label>
      <input id="editor-despite" type="text" lang="ko" maxlength="500" autocomplete="off" value=${reason}
        onInput=${(/** @type {Event & { currentTarget: HTMLInputElement }} */ event) => setReason(event.currentTarget.value)} />
      <button type="button" onClick=${onEdit}>${t('records.edit.forbidden.change')}</button>
      <button type="button" class="danger" onClick=${saveDespite}>${t('records.edit.despite.save')}</button>
    <//>
  `
}
