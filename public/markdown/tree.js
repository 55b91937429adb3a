import { inBoundedPieces } from './bounded.js'
import { safeAddress } from './safe-address.js'

/**
 * What a text becomes: text, and elements of these kinds alone. `view.js` has one way to draw each, so what a model writes
 * can reach the page only through here.
 *
 * @typedef {string | Element} Node
 * @typedef {{ kind: 'strong' | 'em' | 's' | 'quote' | 'table' | 'head' | 'body' | 'row', children: Node[] } |
 *   { kind: 'p', continued?: boolean, children: Node[] } |
 *   { kind: 'list', ordered: boolean, start?: number, children: Node[] } |
 *   { kind: 'item', checked?: boolean, children: Node[] } |
 *   { kind: 'head-cell' | 'cell', align?: Align, children: Node[] } |
 *   { kind: 'heading', level: number, children: Node[] } |
 *   { kind: 'link', href: string, children: Node[] } |
 *   { kind: 'picture', href: string | undefined, host: string, alt: string } |
 *   { kind: 'code', text: string } |
 *   { kind: 'code-block', text: string, language: string, open: boolean } |
 *   { kind: 'formula', tex: string, display: boolean, open: boolean } |
 *   { kind: 'reference', label: string } |
 *   { kind: 'note', label: string, children: Node[] } |
 *   { kind: 'br' | 'rule' }} Element
 * @typedef {'left' | 'center' | 'right'} Align
 * @typedef {import('markdown-it').Token} Token
 */

/**
 * The tree of a parsed text.
 *
 * @param {readonly Token[]} tokens of blocks
 * @param {boolean} [open] the text goes on, so an unfinished last block is no mistake
 * @returns {Node[]}
 */
export function treeOf(tokens, open = false) {
  const roots = /** @type {Node[]} */ ([])
  const path = [{ children: roots, kind: /** @type {string} */ ('') }]
  /** @param {Node} node */
  const add = node => path.at(-1)?.children.push(node)
  for (const token of tokens) {
    if (token.nesting < 0) {
      if (path.length > 1) path.pop()
    } else if (token.nesting > 0) {
      const element = opened(token)
      // A paragraph of a tight list has no box of its own.
      if (token.hidden || !element || path.length > maxDepth) {
        path.push({ children: path.at(-1)?.children ?? roots, kind: token.hidden ? '' : 'unknown' })
      } else {
        add(element)
        path.push(element)
      }
    } else if (token.type === 'inline') {
      const parent = path.at(-1)
      if (parent) addInline(parent, inlineTree(token.children ?? []), path.at(-2))
    } else {
      const leaf = leafOf(token, open && token === tokens.at(-1))
      if (leaf) add(leaf)
    }
  }
  return roots
}

/** Stands at the beginning of a text that goes on in the middle of a paragraph: a word joiner, which is not seen. */
export const continuation = '\u2060'

/** Deeper elements are left out and their words kept: the parser bounds the depth of blocks, and of emphasis nothing does. */
const maxDepth = 32

/** @param {Token} token @returns {Element & { children: Node[] } | undefined} */
function opened(token) {
  const children = /** @type {Node[]} */ ([])
  switch (token.type) {
    case 'paragraph_open':
      return { kind: 'p', children }
    case 'heading_open':
      return { kind: 'heading', level: Number(token.tag.slice(1)), children }
    case 'blockquote_open':
      return { kind: 'quote', children }
    case 'bullet_list_open':
      return { kind: 'list', ordered: false, children }
    case 'ordered_list_open':
      return { kind: 'list', ordered: true, start: Number(token.attrGet('start') ?? 1), children }
    case 'list_item_open':
      return { kind: 'item', children }
    case 'table_open':
      return { kind: 'table', children }
    case 'thead_open':
      return { kind: 'head', children }
    case 'tbody_open':
      return { kind: 'body', children }
    case 'tr_open':
      return { kind: 'row', children }
    case 'th_open':
      return { kind: 'head-cell', align: alignOf(token), children }
    case 'td_open':
      return { kind: 'cell', align: alignOf(token), children }
    case 'footnote_open':
      return { kind: 'note', label: token.content, children }
    case 'strong_open':
      return { kind: 'strong', children }
    case 'em_open':
      return { kind: 'em', children }
    case 's_open':
      return { kind: 's', children }
    case 'link_open': {
      const href = safeAddress(String(token.attrGet('href') ?? ''))
      return href === undefined ? undefined : { kind: 'link', href, children }
    }
  }
  return undefined
}

/** @param {Token} token @param {boolean} open @returns {Node | undefined} */
function leafOf(token, open) {
  switch (token.type) {
    case 'text':
    case 'text_special':
      return token.content || undefined
    case 'softbreak':
      return '\n'
    case 'hardbreak':
      return { kind: 'br' }
    case 'code_inline':
      return { kind: 'code', text: token.content }
    case 'fence':
    case 'code_block':
      return { kind: 'code-block', text: token.content.replace(/\n$/, ''), language: languageOf(token.info), open }
    case 'hr':
      return { kind: 'rule' }
    case 'math':
    case 'math_display':
    case 'math_block':
      return {
        kind: 'formula',
        tex: token.content,
        display: token.type !== 'math',
        open: token.meta?.open === true && open,
      }
    case 'footnote_reference':
      return { kind: 'reference', label: token.content }
    case 'image': {
      const href = safeAddress(String(token.attrGet('src') ?? ''))
      const alt = wordsOf(inlineTree(token.children ?? []))
      return { kind: 'picture', href, host: href ? hostOf(href) : '', alt }
    }
  }
  return undefined
}

/**
 * @param {{ children: Node[], kind: string }} parent
 * @param {Node[]} nodes
 * @param {{ children: Node[], kind: string } | undefined} above
 */
function addInline(parent, nodes, above) {
  const item = [parent, above].find(element => element?.kind === 'item')
  if (item && !('checked' in item) && item.children.length <= 1) takeCheckbox(/** @type {Element} */ (item), nodes)
  const [first] = nodes
  if (typeof first === 'string' && first.startsWith(continuation) && parent.kind === 'p') {
    nodes[0] = first.slice(1)
    Object.assign(parent, { continued: true })
  }
  const pieces = inBoundedPieces(nodes)
  parent.children.push(...(pieces[0] ?? []))
  // The rest of a paragraph that is too long to be laid out as one: below it, without a gap.
  const rest = pieces.slice(1).map(children => /** @type {Node} */ ({ kind: 'p', continued: true, children }))
  const place = parent.kind === 'p' ? (above ?? parent) : parent
  place.children.push(...rest)
}

/** `[ ]` or `[x]` at the beginning of an item. @param {Element} item @param {Node[]} nodes */
function takeCheckbox(item, nodes) {
  const [first] = nodes
  const [mark, sign] = typeof first === 'string' ? (/^\[([ xX])\](?:\s+|$)/.exec(first) ?? []) : []
  if (mark === undefined) return
  nodes[0] = String(first).slice(mark.length)
  Object.assign(item, { checked: sign !== ' ' })
}

/** @param {readonly Token[]} tokens */
function inlineTree(tokens) {
  return joined(treeOf(tokens))
}

/** Texts that follow each other are one. @param {readonly Node[]} nodes */
function joined(nodes) {
  const result = /** @type {Node[]} */ ([])
  for (const node of nodes) {
    const last = result.length - 1
    if (typeof node === 'string' && typeof result[last] === 'string') result[last] += node
    else
      result.push(typeof node === 'object' && 'children' in node ? { ...node, children: joined(node.children) } : node)
  }
  return result
}

/** The words alone. @param {readonly Node[]} nodes @returns {string} */
export function wordsOf(nodes) {
  return nodes
    .map(node => {
      if (typeof node === 'string') return node
      if ('children' in node) return wordsOf(node.children)
      return node.kind === 'code' ? node.text : node.kind === 'formula' ? node.tex : ''
    })
    .join('')
}

/** @param {Token} token @returns {Align | undefined} */
function alignOf(token) {
  const [, side] = /^text-align:(left|center|right)$/.exec(String(token.attrGet('style') ?? '')) ?? []
  return /** @type {Align | undefined} */ (side)
}

/** The first word after the backticks: `js` of `js title="x.js"`. @param {string} info */
function languageOf(info) {
  return (/^[\w+#.-]{1,30}/.exec(info.trim()) ?? [''])[0].toLowerCase()
}

/** @param {string} href */
function hostOf(href) {
  return new URL(href).hostname
}
