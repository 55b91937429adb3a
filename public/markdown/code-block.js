import { html, useContext, useEffect, useLayoutEffect, useRef, useState } from '../preact.js'
import { CopyButton } from '../text/copy-button.js'
import { afterSpare } from './frame-budget.js'
import { ProseContext } from './prose-context.js'

/** Longer code is shown without colours: finding them takes its time with each line that is added. */
const maxColoured = 20_000

/**
 * Code, with its language and a button that copies it. It is coloured up to its last whole line while it grows.
 *
 * @param {{ text: string, language: string, open: boolean }} props
 */
export function CodeBlock({ text, language, open }) {
  const { t } = useContext(ProseContext)
  const lines = useLines(open ? text.slice(0, text.lastIndexOf('\n') + 1) : text, language)
  const coloredText = lines && text.startsWith(lines.of) ? lines.of : ''
  const known = useRef(/** @type {Map<number, { sign: string, view: unknown }>} */ (new Map()))
  return html`
    <div class="code-block">
      <div class="code-head"><span translate=${false}>${language || t('prose.code')}</span>
        <${CopyButton} text=${() => text} name=${t('prose.code')} /></div>
      <pre tabindex="0" translate=${false}><code>${
        lines && coloredText
          ? [...lines.list.map((line, index) => coloured(known.current, line, index)), text.slice(coloredText.length)]
          : text
      }</code></pre>
    </div>
  `
}

/**
 * A line of code; the same object as before if nothing in it has changed, so that its elements are not compared.
 *
 * @param {Map<number, { sign: string, view: unknown }>} known
 * @param {import('./highlight.js').Line} line
 * @param {number} index
 */
function coloured(known, line, index) {
  const sign = line.map(({ text, name }) => `${name}\0${text}`).join('\0\0')
  const before = known.get(index)
  if (before?.sign === sign) return before.view
  const view = html`<span key=${index}>${line.map(({ text, name }) => (name ? html`<span class=${name}>${text}</span>` : text))}</span>`
  known.set(index, { sign, view })
  return view
}

/**
 * The coloured lines of a code; those of what it was before until its frame has time for the new ones.
 *
 * @param {string} code
 * @param {string} language
 */
function useLines(code, language) {
  const wanted = language !== '' && code.length <= maxColoured
  const highlighter = useHighlighter(wanted)
  const [lines, setLines] = useState(
    /** @type {{ of: string, list: import('./highlight.js').Line[] } | undefined} */ (undefined),
  )
  useLayoutEffect(() => {
    if (!highlighter || !wanted || code === '') return
    return afterSpare(() => {
      const list = highlighter.linesOf(code, language)
      setLines(list && { of: code, list })
    })
  }, [highlighter, code, language])
  return lines
}

/** @type {Promise<typeof import('./highlight.js')> | undefined} */
let loading

/** The highlighter, which is loaded with the first code; `undefined` until then, and where it cannot be loaded. @param {boolean} wanted */
function useHighlighter(wanted) {
  const [highlighter, set] = useState(/** @type {typeof import('./highlight.js') | undefined} */ (undefined))
  useEffect(() => {
    if (!wanted) return
    let gone = false
    loading ??= import('./highlight.js')
    loading.then(
      module => gone || set(module),
      () => {
        loading = undefined
      },
    )
    return () => {
      gone = true
    }
  }, [wanted])
  return highlighter
}
