import { isComposing } from '../form/keys.js'
import { html } from '../preact.js'

/**
 * The field for a message: Enter sends it and Shift+Enter is a new line. On an on-screen keyboard, which has no
 * Shift+Enter, Enter is a new line, and a button sends.
 *
 * @param {{ id: string, label: string, placeholder?: string, draft: { text: string, set: (text: string) => void },
 *   fault?: string, hint?: string, area: { current: HTMLTextAreaElement | null }, onSend: () => void }} props
 */
export function MessageField({ id, label, placeholder, draft, fault, hint, area, onSend }) {
  /** @param {KeyboardEvent} event */
  const onKeyDown = event => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    if (isTouch() && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    onSend()
  }
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return html`
    <label class="visually-hidden" for=${id}>${label}</label>
    <textarea ref=${area} id=${id} rows="1" placeholder=${placeholder} value=${draft.text} data-focus
      aria-describedby=${described || undefined} aria-invalid=${fault ? 'true' : undefined} aria-keyshortcuts="Enter"
      onKeyDown=${onKeyDown}
      onInput=${(/** @type {Event & { currentTarget: HTMLTextAreaElement }} */ event) => draft.set(event.currentTarget.value)}></textarea>
    ${fault && html`<p class="error" id="${id}-fault">${fault}</p>`}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  `
}

export function isTouch() {
  return matchMedia('(pointer: coarse)').matches
}
