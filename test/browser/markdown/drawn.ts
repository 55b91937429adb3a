import MarkdownIt from 'markdown-it/browser'
import cjkFriendly from 'markdown-it-cjk-friendly'
import { MarkdownDocument } from '../../../public/markdown/document.js'
import { createParser } from '../../../public/markdown/parser.js'
import type { Element, Node } from '../../../public/markdown/tree.js'

const parser = createParser(MarkdownIt as never, cjkFriendly as never)

/** A document with the parser that the page has. */
export function newDocument(): MarkdownDocument {
  return new MarkdownDocument(parser)
}

/** What a whole text is drawn as, block by block. */
export function drawn(text: string): Node[] {
  const document = newDocument()
  document.append(text)
  document.end()
  return document.blocks().flatMap(({ nodes }) => nodes)
}

/** The words that a reader sees, outside of code and formulas; blocks are separated by line breaks. */
export function seen(nodes: readonly Node[]): string {
  return nodes.map(wordsOf).join('')
}

const blocks = new Set(['p', 'heading', 'item', 'row', 'cell', 'head-cell', 'quote', 'list', 'table', 'note'])

function wordsOf(node: Node): string {
  if (typeof node === 'string') return node
  if (node.kind === 'br') return '\n'
  if (node.kind === 'picture') return `${node.alt} ${node.host}`
  return 'children' in node ? seen(node.children) + (blocks.has(node.kind) ? '\n' : '') : ''
}

/** Every element of a tree. */
export function elementsOf(nodes: readonly Node[]): Element[] {
  return nodes.flatMap(node => {
    if (typeof node === 'string') return []
    return [node, ...('children' in node ? elementsOf(node.children) : [])]
  })
}

/** A tree in one line, for comparing. */
export function sketch(nodes: readonly Node[]): string {
  return nodes
    .map(node => {
      if (typeof node === 'string') return node
      const { kind } = node
      const value = 'tex' in node ? node.tex : 'text' in node ? node.text : 'label' in node ? node.label : ''
      const about = 'href' in node ? `=${node.href}` : value && `=${value}`
      return `<${kind}${about}>${'children' in node ? `${sketch(node.children)}</>` : ''}`
    })
    .join('')
}
