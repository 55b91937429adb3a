import { html, useLayoutEffect, useMemo, useRef, useState } from '../preact.js'
import { cjkFriendly, MarkdownIt } from '../vendor/markdown-it.js'
import { onCopy } from './copy.js'
import { MarkdownDocument } from './document.js'
import { Feed } from './feed.js'
import { Notes } from './notes.js'
import { createParser } from './parser.js'
import { ProseContext } from './prose-context.js'
import { useNoteLinks } from './reference.js'
import { viewOf } from './view.js'

/** One for all texts: it keeps nothing of them. */
const parser = createParser(MarkdownIt, cjkFriendly)

/** @typedef {Extract<import('./tree.js').Element, { kind: 'note' }>} Note */

/**
 * A text of a model, drawn block by block: see `MarkdownDocument` for what is drawn again when it grows.
 *
 * @param {{ text: import('../text/output-text.js').OutputText | string, ended: boolean, t: import('../i18n.js').I18n['t'] }} props
 */
export function Markdown({ text, ended, t }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  const { document, blocks, complete } = useBlocks(text, ended)
  const notes = blocks.flatMap(({ nodes }) => nodes.filter(isNote))
  const labels = notes.map(({ label }) => label).join(' ')
  const links = useNoteLinks(place)
  const live = useRef(typeof text !== 'string').current
  const state = useMemo(
    () => ({
      t,
      live,
      ended: complete,
      numberOf: (/** @type {string} */ label) => document?.numberOf(label) ?? 0,
      notes: new Set(labels.split(' ')),
      ...links,
    }),
    [t, complete, document, labels],
  )
  useLayoutEffect(() => {
    const element = place.current
    element?.addEventListener('copy', onCopy)
    return () => element?.removeEventListener('copy', onCopy)
  }, [])
  return html`
    <${ProseContext.Provider} value=${state}>
      <div ref=${place} class="prose" data-growing=${ended ? undefined : 'true'}>
        ${blocks.map(block => html`<${Block} key=${block.key} block=${block} />`)}
        <${Notes} notes=${notes} />
      </div>
    <//>
  `
}

/** Drawn again only when its object is another one. @param {{ block: import('./document.js').Block }} props */
function Block({ block }) {
  return useMemo(() => viewOf(block.nodes), [block])
}

/** @param {import('./tree.js').Node} node @returns {node is Note} */
function isNote(node) {
  return typeof node === 'object' && node.kind === 'note'
}

/** @param {import('../text/output-text.js').OutputText | string} text @param {boolean} ended */
function useBlocks(text, ended) {
  const [shown, setShown] = useState(
    /** @type {{ document?: MarkdownDocument, blocks: import('./document.js').Block[], complete: boolean }} */ ({
      blocks: [],
      complete: false,
    }),
  )
  const feed = useRef(/** @type {Feed | undefined} */ (undefined))
  const isEnded = useRef(ended)
  isEnded.current = ended
  useLayoutEffect(() => {
    const own = new Feed(
      () => new MarkdownDocument(parser),
      (document, blocks) => setShown({ document, blocks, complete: isEnded.current }),
    )
    feed.current = own
    if (ended) own.end()
    const stop = typeof text === 'string' ? own.replace(text) : text.read(own)
    return () => {
      stop?.()
      own.close()
    }
  }, [text])
  useLayoutEffect(() => {
    if (ended) feed.current?.end()
  }, [ended])
  useLayoutEffect(() => feed.current?.drawn(), [shown])
  return shown
}
