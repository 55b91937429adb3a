import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { BoundedText } from './bounded-text.js'
import { GrowingText } from './growing-text.js'

/**
 * The text of a model, which may be Markdown. It is shown as it came until the code that draws Markdown is there, and where
 * that cannot be loaded.
 *
 * @param {{ text: import('./output-text.js').OutputText | string, ended: boolean, lang?: string, status?: string }} props
 */
export function Prose({ text, ended, lang, status }) {
  const { t } = useServices()
  const Markdown = useMarkdown()
  return html`<div class="text" lang=${lang} data-status=${status} aria-live="off">
    ${
      Markdown
        ? html`<${Markdown} text=${text} ended=${ended} t=${t} />`
        : typeof text === 'string'
          ? html`<${BoundedText} text=${text} />`
          : html`<${GrowingText} text=${text} />`
    }
  </div>`
}

/** @typedef {typeof import('../markdown/markdown.js').Markdown} Markdown */

/** @type {Promise<Markdown> | undefined} */
let loading

/** @type {Markdown | undefined} Once it is there, a text is drawn at once. */
let loaded

/** @returns {Markdown | undefined} */
function useMarkdown() {
  const [markdown, set] = useState(() => loaded)
  useEffect(() => {
    if (markdown) return
    let gone = false
    loading ??= import('../markdown/markdown.js').then(module => module.Markdown)
    loading.then(
      found => {
        loaded = found
        if (!gone) set(() => found)
      },
      () => {
        // The next text tries again.
        loading = undefined
      },
    )
    return () => {
      gone = true
    }
  }, [])
  return markdown
}
