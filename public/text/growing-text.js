import { html, useLayoutEffect, useRef } from '../preact.js'
import { linePieces, maxPiece } from './bounded-text.js'

/**
 * A text that is appended to as it comes: text nodes outside the virtual DOM, of bounded length, of which the last one grows.
 *
 * A browser that translates the page puts its own nodes in place of these. They stay while the text grows behind them, and at its end
 * the text is put there whole, to be translated once more.
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
        if (last.parentNode === whole) wrap(last)
        last = document.createTextNode(piece)
        whole.append(last)
        wrap(last)
      }
    }
    /** @param {string} words */
    const replace = words => {
      last = document.createTextNode('')
      whole.replaceChildren(last)
      show(words)
    }
    return text.read({
      append: piece => {
        if (!whole.contains(last)) {
          last = document.createTextNode('')
          whole.append(last)
        }
        if (last.length + piece.length <= maxPiece) last.appendData(piece)
        else show(last.data + piece)
      },
      replace,
      end: () => {
        if (whole.querySelector('font') || !whole.contains(last)) replace(text.value)
      },
    })
  }, [text])
  return html`<span ref=${place} class="growing" data-grows></span>`
}

/** @param {Text} node */
function wrap(node) {
  const piece = document.createElement('span')
  piece.className = 'piece'
  node.replaceWith(piece)
  piece.append(node)
}
