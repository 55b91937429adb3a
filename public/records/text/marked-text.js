import { html } from '../../preact.js'
import { useServices } from '../../services.js'

/** @typedef {import('../api.js').Mark} Mark */

/** A text with its forbidden passages highlighted. @param {{ text: string, marks: Mark[] }} props */
export function MarkedText({ text, marks }) {
  const { pick } = useServices()
  const parts = marks.map((mark, index) => [
    text.slice(marks[index - 1]?.end ?? 0, mark.start),
    html`<mark title=${pick(mark.message)}>${text.slice(mark.start, mark.end)}</mark>`,
  ])
  return html`<span>${parts}${text.slice(marks.at(-1)?.end ?? 0)}</span>`
}

/**
 * The flagged passages with their reasons. With `onGo` each one leads to its place.
 *
 * @param {{ marks: Mark[], onGo?: (mark: Mark) => void }} props
 */
export function MarkList({ marks, onGo }) {
  const { t, pick } = useServices()
  return html`
    <div class="marks">
      <h3>${t('records.marks.title', { count: marks.length })}</h3>
      <ul class="plain">
        ${marks.map(
          mark => html`<li key=${mark.start}>
            ${
              onGo
                ? html`<button type="button" class="link" aria-label=${t('records.marks.go', { text: mark.text })} onClick=${() => onGo(mark)}><mark lang="ko">${mark.text}</mark></button>`
                : html`<mark lang="ko">${mark.text}</mark>`
            }
            <span>${pick(mark.message)}</span>
          </li>`,
        )}
      </ul>
    </div>
  `
}
