import { html, useContext } from '../preact.js'
import { ProseContext } from './prose-context.js'
import { viewOf } from './view.js'

/** @param {{ notes: readonly Extract<import('./tree.js').Element, { kind: 'note' }>[] }} props */
export function Notes({ notes }) {
  const { t, numberOf, toReference } = useContext(ProseContext)
  if (notes.length === 0) return null
  const sorted = notes
    .map(note => ({ ...note, number: numberOf(note.label) }))
    .sort((one, other) => one.number - other.number)
  return html`
    <ol class="notes" aria-label=${t('prose.notes')}>
      ${sorted.map(
        ({ label, number, children }) => html`<li key=${label} value=${number} data-note=${label} tabindex="-1">
          ${viewOf(children)} <button type="button" class="note-back" aria-label=${t('prose.note.back', { number })} onClick=${() => toReference(label)}>↩</button>
        </li>`,
      )}
    </ol>
  `
}
