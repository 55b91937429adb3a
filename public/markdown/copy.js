/**
 * A selection is copied as it is seen, as text and as HTML, by the browser itself. Only formulas need help: they stand in the
 * page twice, for eyes and for screen readers. In the text they become their source, in the HTML the MathML.
 *
 * @param {ClipboardEvent} event
 */
export function onCopy(event) {
  const selection = getSelection()
  const place = /** @type {HTMLElement} */ (event.currentTarget)
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed || !event.clipboardData) return
  const range = selection.getRangeAt(0).cloneRange()
  widen(range)
  if (![...place.querySelectorAll('.formula')].some(formula => range.intersectsNode(formula))) return
  const holder = document.createElement('div')
  holder.append(range.cloneContents())
  for (const unseen of holder.querySelectorAll('.katex-html, button, .code-head, .formula-source')) unseen.remove()
  const rich = holder.innerHTML
  for (const formula of holder.querySelectorAll('.formula')) {
    const mark = formula.classList.contains('display') ? '$$' : '$'
    formula.textContent = `${mark}${formula.getAttribute('data-tex') ?? ''}${mark}`
  }
  holder.className = 'prose copying'
  place.append(holder)
  // biome-ignore lint/performance/useDomNodeTextContent: what is seen, with its lines
  const plain = holder.innerText
  holder.remove()
  event.clipboardData.setData('text/plain', plain)
  event.clipboardData.setData('text/html', rich)
  event.preventDefault()
}

/** A formula is copied whole. @param {Range} range */
function widen(range) {
  const first = elementOf(range.startContainer)?.closest('.formula')
  const last = elementOf(range.endContainer)?.closest('.formula')
  if (first) range.setStartBefore(first)
  if (last) range.setEndAfter(last)
}

/** @param {globalThis.Node} node */
function elementOf(node) {
  return node instanceof Element ? node : node.parentElement
}
