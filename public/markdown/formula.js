import { html, useEffect, useLayoutEffect, useRef, useState } from '../preact.js'
import { afterSpare } from './frame-budget.js'

/**
 * A formula: its source until KaTeX is there, and for good where KaTeX does not understand it.
 *
 * KaTeX makes elements and sets their styles one by one through the CSSOM, which the Content-Security-Policy allows; its HTML
 * with `style` attributes would need `unsafe-inline`.
 *
 * @param {{ tex: string, display: boolean, open: boolean }} props
 */
export function Formula({ tex, display, open }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  const [drawn, setDrawn] = useState('')
  const katex = useKatex()
  useLayoutEffect(() => {
    if (!katex || open) return
    return afterSpare(() => {
      if (place.current && katex.drawFormula(place.current, tex, display)) setDrawn(tex)
    })
  }, [katex, tex, display, open])
  const known = drawn === tex && !open
  const source = !known && html`<code class="formula-source" translate=${false}>${tex}</code>`
  return html`<span class=${display ? 'formula display' : 'formula'} data-tex=${tex} tabindex=${display ? '0' : undefined}>${source}<span ref=${place} hidden=${!known}></span></span>`
}

/** @type {Promise<typeof import('./katex.js')> | undefined} */
let loading

/** KaTeX, which is loaded with the first formula. */
function useKatex() {
  const [katex, set] = useState(/** @type {typeof import('./katex.js') | undefined} */ (undefined))
  useEffect(() => {
    let gone = false
    loading ??= import('./katex.js')
    loading.then(
      module => gone || set(module),
      () => {
        loading = undefined
      },
    )
    return () => {
      gone = true
    }
  }, [])
  return katex
}
