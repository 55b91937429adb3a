import { html, useContext, useLayoutEffect, useRef } from '../preact.js'
import { ProseContext } from './prose-context.js'

/**
 * Words of a text. While it grows they stand in a text node of their own, which is only added to: so a selection in it stays,
 * and a browser's translation that replaces the node does not stop the text.
 *
 * @param {{ text: string }} props
 */
export function Words({ text }) {
  const { live } = useContext(ProseContext)
  return live ? html`<${GrowingWords} text=${text} />` : text
}

/** @param {{ text: string }} props */
function GrowingWords({ text }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  const shown = useRef('')
  useLayoutEffect(() => {
    const element = place.current
    if (!element || text === shown.current) return
    const { firstChild } = element
    const whole = element.childNodes.length === 1 && firstChild instanceof Text && firstChild.data === shown.current
    if (whole && text.startsWith(shown.current)) firstChild.appendData(text.slice(shown.current.length))
    else element.textContent = text
    shown.current = text
  }, [text])
  return html`<span ref=${place}></span>`
}
