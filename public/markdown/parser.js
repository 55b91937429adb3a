import { autolink } from './rules/autolink.js'
import { lineBreakTag } from './rules/break.js'
import { footnoteDefinition, footnoteReference } from './rules/footnotes.js'
import { mathBlock, mathInline } from './rules/math.js'

/** @typedef {import('markdown-it').MarkdownIt} MarkdownIt */

/**
 * The Markdown that models write: CommonMark with tables, strikethrough, footnotes, formulas and bare web addresses. HTML is
 * text. A line break in a paragraph is one on the page.
 *
 * The parser accepts every address: `tree.js` decides which become links, so that a refused one leaves its words and not its marks.
 *
 * @param {typeof import('markdown-it').default} MarkdownIt
 * @param {(md: MarkdownIt) => void} cjkFriendly emphasis that ends before a Korean particle: `**강조(설명)**은`
 * @returns {MarkdownIt}
 */
export function createParser(MarkdownIt, cjkFriendly) {
  const md = new MarkdownIt({ html: false, linkify: false, breaks: true, typographer: false, maxNesting: 24 })
  md.use(cjkFriendly)
  md.validateLink = () => true
  md.inline.ruler.before('escape', 'math', mathInline)
  md.inline.ruler.before('link', 'footnote-reference', footnoteReference)
  md.inline.ruler.after('autolink', 'break-tag', lineBreakTag)
  md.inline.ruler.before('newline', 'address', autolink)
  md.block.ruler.before('fence', 'math', mathBlock, { alt: ['paragraph', 'reference', 'blockquote', 'list'] })
  md.block.ruler.before('reference', 'footnote', footnoteDefinition, { alt: ['paragraph', 'reference'] })
  return md
}
