import { html, useContext, useRef } from '../preact.js'
import { ProseContext } from './prose-context.js'

/**
 * The number of a note. A label whose note never comes is no reference, and is shown as it was written.
 *
 * No link: the page's address after `#` says which page is shown.
 *
 * @param {{ label: string }} props
 */
export function Reference({ label }) {
  const { t, ended, numberOf, notes, toNote } = useContext(ProseContext)
  if (!notes.has(label) && ended) return `[^${label}]`
  const number = numberOf(label)
  if (!notes.has(label)) return html`<sup class="reference">${number}</sup>`
  return html`<sup class="reference" data-reference=${label}>
    <button type="button" aria-label=${t('prose.note', { number })} onClick=${() => toNote(label)}>${number}</button>
  </sup>`
}

/** Ways from a reference to its note and back. @param {import('preact').RefObject<HTMLElement | null>} place */
export function useNoteLinks(place) {
  /** @param {string} name @param {string} label @param {string} [within] */
  const go = (name, label, within = '') => {
    const found = place.current?.querySelector(`[data-${name}="${CSS.escape(label)}"]${within}`)
    if (!(found instanceof HTMLElement)) return
    found.focus({ preventScroll: true })
    found.scrollIntoView({ block: 'center' })
  }
  return useRef({
    toNote: (/** @type {string} */ label) => go('note', label),
    toReference: (/** @type {string} */ label) => go('reference', label, ' button'),
  }).current
}
