import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { withoutOverlap } from './finding-order.js'

/** A text with the passages to look at highlighted. @param {{ text: string, findings: readonly import('../api.js').Finding[] }} props */
export function MarkedText({ text, findings }) {
  const { pick } = useServices()
  const marks = withoutOverlap(findings)
  const parts = marks.map((mark, index) => [
    text.slice(marks[index - 1]?.end ?? 0, mark.start),
    html`<mark class=${mark.strength} title=${pick(mark.message)}>${text.slice(mark.start, mark.end)}</mark>`,
  ])
  return html`<span>${parts}${text.slice(marks.at(-1)?.end ?? 0)}</span>`
}
