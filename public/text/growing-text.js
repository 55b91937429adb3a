import { html, useLayoutEffect, useRef } from '../preact.js'

/**
 * A text that is appended to as it comes: one text node outside the virtual DOM.
 *
 * @param {{ text: import('./output-text.js').OutputText }} props
 */
export function GrowingText({ text }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  useLayoutEffect(() => {
    const node = document.createTextNode('')
    place.current?.replaceChildren(node)
    return text.read({
      append: piece => node.appendData(piece),
      replace: whole => {
        node.data = whole
      },
    })
  }, [text])
  return html`<span ref=${place} class="growing"></span>`
}
