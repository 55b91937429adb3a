import { html, useLayoutEffect, useRef } from '../preact.js'
import { linePieces, maxPiece } from './bounded-text.js'

/**
 * A text that is appended to as it comes: text nodes outside the virtual DOM, of bounded length, of which the last one grows.
 *
 * @param {{ text: import('./output-text.js').ReadableText }} props
 */
export function GrowingText({ text }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  useLayoutEffect(() => {
    const whole = place.current
    if (!whole) return
    let last = document.createTextNode('')
    /** @param {string} words */
    const show = words => {
      const [first = '', ...others] = linePieces(words)
      last.data = first
      for (const piece of others) {
        // Now there are several, each is a block of its own.
        if (last.parentNode === whole) whole.replaceChildren(pieceOf(last))
        last = document.createTextNode(piece)
        whole.append(pieceOf(last))
      }
    }
    return text.read({
      append: piece => {
        if (last.length + piece.length <= maxPiece) last.appendData(piece)
        else show(last.data + piece)
      },
      replace: words => {
        last = document.createTextNode('')
        whole.replaceChildren(last)
        show(words)
      },
    })
  }, [text])
  return html`<span ref=${place} class="growing"></span>`
}

/** @param {Text} node */
function pieceOf(node) {
  const piece = document.createElement('span')
  piece.className = 'piece'
  piece.append(node)
  return piece
}
