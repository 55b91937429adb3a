import { html, useLayoutEffect, useRef } from '../preact.js'

/**
 * A text that is appended to as it comes: one text node outside the virtual DOM.
 *
 * A browser that translates the page puts its own nodes in place of that one. They stay while the text grows behind them, and at
 * its end the text is put there whole, to be translated once more.
 *
 * @param {{ text: import('./output-text.js').OutputText }} props
 */
export function GrowingText({ text }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  useLayoutEffect(() => {
    const node = document.createTextNode('')
    place.current?.replaceChildren(node)
    const foreign = () => place.current?.lastChild !== node || node.previousSibling !== null
    return text.read({
      append(piece) {
        if (place.current?.lastChild === node) return node.appendData(piece)
        node.data = piece
        place.current?.append(node)
      },
      replace(whole) {
        node.data = whole
        if (foreign()) place.current?.replaceChildren(node)
      },
      end() {
        if (!foreign()) return
        node.data = text.value
        place.current?.replaceChildren(node)
      },
    })
  }, [text])
  return html`<span ref=${place} class="growing" data-grows></span>`
}
