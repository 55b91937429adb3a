import { html, useContext } from '../preact.js'
import { CodeBlock } from './code-block.js'
import { Formula } from './formula.js'
import { ProseContext } from './prose-context.js'
import { Reference } from './reference.js'
import { Words } from './words.js'

/** @typedef {import('./tree.js').Node} Node */

/** The nodes of a text, each as its one element. @param {readonly Node[]} nodes @returns {unknown[]} */
export function viewOf(nodes) {
  return nodes.map(node => (typeof node === 'string' ? html`<${Words} text=${node} />` : elementOf(node)))
}

/** @param {import('./tree.js').Element} node @returns {unknown} */
function elementOf(node) {
  switch (node.kind) {
    case 'p':
      return html`<p class=${node.continued ? 'continued' : undefined}>${viewOf(node.children)}</p>`
    case 'heading':
      return heading(node.level, viewOf(node.children))
    case 'strong':
      return html`<strong>${viewOf(node.children)}</strong>`
    case 'em':
      return html`<em>${viewOf(node.children)}</em>`
    case 's':
      return html`<s>${viewOf(node.children)}</s>`
    case 'quote':
      return html`<blockquote>${viewOf(node.children)}</blockquote>`
    case 'list':
      return node.ordered
        ? html`<ol start=${node.start === 1 ? undefined : node.start}>${viewOf(node.children)}</ol>`
        : html`<ul>${viewOf(node.children)}</ul>`
    case 'item':
      return html`<${Item} node=${node} />`
    case 'table':
      return html`<${Table}>${viewOf(node.children)}<//>`
    case 'head':
      return html`<thead>${viewOf(node.children)}</thead>`
    case 'body':
      return html`<tbody>${viewOf(node.children)}</tbody>`
    case 'row':
      return html`<tr>${viewOf(node.children)}</tr>`
    case 'head-cell':
      return html`<th scope="col" data-align=${node.align}>${viewOf(node.children)}</th>`
    case 'cell':
      return html`<td data-align=${node.align}>${viewOf(node.children)}</td>`
    case 'link':
      return html`<a href=${node.href} target="_blank" rel="noopener noreferrer">${viewOf(node.children)}</a>`
    case 'picture':
      return html`<${Picture} node=${node} />`
    case 'code':
      return html`<code translate=${false}>${node.text}</code>`
    case 'code-block':
      return html`<${CodeBlock} text=${node.text} language=${node.language} open=${node.open} />`
    case 'formula':
      return html`<${Formula} tex=${node.tex} display=${node.display} open=${node.open} />`
    case 'reference':
      return html`<${Reference} label=${node.label} />`
    case 'note':
      // Stands below the text: see `Notes`.
      return null
    case 'br':
      return html`<br />`
    case 'rule':
      return html`<hr />`
  }
}

/** Below the page's own headings: its `h1` is the page's, its `h2` says who writes. @param {number} level @param {unknown} words */
function heading(level, words) {
  if (level === 1) return html`<h3 data-level="1">${words}</h3>`
  if (level === 2) return html`<h4 data-level="2">${words}</h4>`
  if (level === 3) return html`<h5 data-level="3">${words}</h5>`
  return html`<h6 data-level="4">${words}</h6>`
}

/** Scrolls by itself, with keys too, so that a wide one does not widen the page. @param {{ children: unknown }} props */
function Table({ children }) {
  const { t } = useContext(ProseContext)
  return html`<div class="table" role="region" aria-label=${t('prose.table')} tabindex="0"><table>${children}</table></div>`
}

/** @param {{ node: Extract<import('./tree.js').Element, { kind: 'item' }> }} props */
function Item({ node }) {
  const { t } = useContext(ProseContext)
  if (node.checked === undefined) return html`<li>${viewOf(node.children)}</li>`
  const state = t(node.checked ? 'prose.done' : 'prose.notDone')
  return html`<li class="check-item"><span class="check-box" role="img" aria-label=${state} data-checked=${String(node.checked)}></span>${viewOf(node.children)}</li>`
}

/**
 * A picture that a model names is never loaded: its address can carry away what stands in the conversation. The reader may
 * open it, and sees where it lies.
 *
 * @param {{ node: Extract<import('./tree.js').Element, { kind: 'picture' }> }} props
 */
function Picture({ node: { href, host, alt } }) {
  const { t } = useContext(ProseContext)
  const words = alt || t('prose.picture')
  if (!href) return html`<span class="picture">${words}</span>`
  return html`<a class="picture" href=${href} target="_blank" rel="noopener noreferrer">${words} <small>${host}</small></a>`
}
