import katex from '../vendor/katex.js'

/** Its style sheet names its fonts, of which a browser loads those that a formula needs. */
const sheet = document.createElement('link')
sheet.rel = 'stylesheet'
sheet.href = new URL('../vendor/katex/katex.min.css', import.meta.url).href
document.head.append(sheet)

/**
 * Draws a formula. Nothing in it can name an address or an attribute (`trust`), grow without end (`maxExpand`) or cover the
 * page (`maxSize`, in em).
 *
 * KaTeX makes elements and sets nearly all their styles through the CSSOM, which the Content-Security-Policy allows. The few
 * that it would set as an attribute (of arrows and tall brackets), which needs `unsafe-inline`, are set in the same way here.
 *
 * @param {HTMLElement} place
 * @param {string} tex
 * @param {boolean} display
 * @returns {boolean} false for what is no formula
 */
export function drawFormula(place, tex, display) {
  try {
    const tree = katex.__renderToDomTree(tex, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxExpand: 200,
      maxSize: 20,
    })
    const styles = /** @type {string[]} */ ([])
    takeStyles(tree, styles)
    const element = tree.toNode()
    for (const styled of element.querySelectorAll('[data-style]')) {
      if (styled instanceof SVGElement || styled instanceof MathMLElement)
        styled.style.cssText = styles[Number(styled.getAttribute('data-style'))] ?? ''
      styled.removeAttribute('data-style')
    }
    place.replaceChildren(element)
    return true
  } catch {
    // Of the text of a model there may be any.
    return false
  }
}

/** @param {import('/vendor/katex.js').DomNode} node @param {string[]} styles */
function takeStyles({ attributes, children = [] }, styles) {
  if (attributes?.style) {
    attributes['data-style'] = String(styles.push(attributes.style) - 1)
    delete attributes.style
  }
  for (const child of children) takeStyles(child, styles)
}
