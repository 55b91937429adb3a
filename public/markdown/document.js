import { textPieces } from './bounded.js'
import { mend } from './mend.js'
import { cutInTwo } from './mend-inline.js'
import { continuation, treeOf } from './tree.js'

/**
 * @typedef {import('./tree.js').Node} Node
 * @typedef {{ key: number, source: string, nodes: Node[] }} Block
 */

/** A paragraph that is longer is closed in parts, so that what is parsed with each piece stays short. */
const maxOpenParagraph = 8000

/**
 * A Markdown text that grows, as the trees of its blocks.
 *
 * A block is closed once a complete line after it belongs to another one. It is then parsed for the last time, and its object
 * stays the same, so that what draws it need not look at it again. What comes after is parsed again with each piece.
 *
 * Two things reach back: the address of a `[label]`, which may come at the end of the text, and so the blocks that have that
 * label are parsed again; and notes, which know nothing of their references (`notes`).
 */
export class MarkdownDocument {
  #md
  #closed = /** @type {Block[]} */ ([])
  #tail = ''
  /** What closed blocks define. @type {import('markdown-it').Env} */
  #env = {}
  /** The labels of notes in the order of their references. @type {Map<string, number>} */
  #numbers = new Map()

  /** @param {import('markdown-it').MarkdownIt} md as `createParser` makes it */
  constructor(md) {
    this.#md = md
  }

  /** @param {string} piece */
  append(piece) {
    // As the parser does, so that lines are the same here and there.
    this.#tail += piece.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd')
    this.#close()
  }

  /** Nothing follows: every mark means what it says, and every block is closed. */
  end() {
    this.#close(true)
  }

  /** The number of a note: its place among the notes that are referred to. @param {string} label */
  numberOf(label) {
    const known = this.#numbers.get(label)
    if (known !== undefined) return known
    this.#numbers.set(label, this.#numbers.size + 1)
    return this.#numbers.size
  }

  /**
   * The blocks so far: the closed ones, which are the same objects each time, and what the rest looks like now.
   *
   * @param {{ holding?: boolean }} [state] `holding`: the last piece has just come, so what may become a mark waits
   * @returns {Block[]}
   */
  blocks({ holding = true } = {}) {
    const source = mend(this.#tail, { holding, ...this.#openBlock() })
    if (source.trim() === '') return this.#closed
    const env = { references: { ...this.#env.references } }
    const starts = this.#starts(source, env)
    const first = this.#closed.length
    const pieces = slices(source, starts)
    const open = pieces.map((piece, index) => ({
      key: first + index,
      source: piece,
      nodes: this.#tree(piece, { ...env }, index === pieces.length - 1),
    }))
    return [...this.#closed, ...open]
  }

  /** Closes every block that a complete line of another block follows. @param {boolean} [all] the last one, too */
  #close(all = false) {
    while (!all && this.#tail.length > maxOpenParagraph) if (!this.#cutParagraph()) break
    const whole = all ? this.#tail.length : this.#tail.lastIndexOf('\n') + 1
    if (whole === 0) return
    const source = this.#tail.slice(0, whole)
    const env = { references: { ...this.#env.references } }
    const starts = this.#starts(source, env)
    const last = all ? this.#tail.length : starts.at(-1)
    if (last === undefined || last === 0) return
    const known = new Set(Object.keys(this.#env.references ?? {}))
    for (const piece of slices(source, starts).slice(0, all ? undefined : -1))
      this.#closed.push(this.#parsed(this.#closed.length, piece))
    const added = Object.keys(this.#env.references ?? {}).filter(label => !known.has(label))
    if (added.length > 0) this.#parseAgain(added)
    this.#tail = this.#tail.slice(last)
  }

  /** Closes the beginning of a line that is very long. Answers whether there was one. */
  #cutParagraph() {
    if (this.#tail.lastIndexOf('\n', maxOpenParagraph) >= 0) return false
    const [first] = blockTokens(this.#md, this.#tail.slice(0, 100), {})
    if (first?.type !== 'paragraph_open') return false
    const [paragraph, rest] = cutInTwo(this.#tail, maxOpenParagraph)
    this.#closed.push(this.#parsed(this.#closed.length, paragraph))
    this.#tail = continuation + rest
    return true
  }

  /** @param {number} key @param {string} source @returns {Block} */
  #parsed(key, source) {
    return { key, source, nodes: this.#tree(source, this.#env) }
  }

  /** @param {string} source @param {import('markdown-it').Env} env @param {boolean} [open] @returns {Node[]} */
  #tree(source, env, open) {
    const tokens = this.#md.parse(source, env)
    const { maxNesting = 0 } = this.#md.options
    // The parser leaves out what lies deeper.
    if (tokens.some(({ level }) => level >= maxNesting - 1)) return [{ kind: 'p', children: textPieces(source) }]
    return treeOf(tokens, open)
  }

  /** @param {readonly string[]} labels as the parser has them, in capitals */
  #parseAgain(labels) {
    this.#closed = this.#closed.map(block => {
      const source = block.source.toUpperCase()
      return labels.some(label => source.includes(`[${label}]`)) ? this.#parsed(block.key, block.source) : block
    })
  }

  /**
   * Where the blocks of a source begin: the first at 0, definitions of addresses with the block before them.
   *
   * @param {string} source
   * @param {import('markdown-it').Env} env
   */
  #starts(source, env) {
    const lines = lineStarts(source)
    const starts = blockTokens(this.#md, source, env).flatMap(({ level, nesting, map }) =>
      level === 0 && nesting >= 0 && map ? [lines[map[0]] ?? 0] : [],
    )
    if (starts.length > 0) starts[0] = 0
    return starts
  }

  /** Whether the text ends inside code or a formula. */
  #openBlock() {
    const last = blockTokens(this.#md, this.#tail, {}).findLast(({ type }) => type === 'fence' || type === 'math_block')
    const lines = this.#tail.split('\n').length
    if (!last?.map || last.map[1] < lines - (this.#tail.endsWith('\n') ? 1 : 0)) return {}
    if (last.type === 'math_block') return { inFormula: last.meta?.open === true }
    const end = this.#tail.split('\n')[last.map[1] - 1] ?? ''
    const closed =
      new RegExp(`^[\\s>]*\\${last.markup[0]}{${last.markup.length},}\\s*$`).test(end) && last.map[1] - last.map[0] > 1
    return { inCode: !closed && this.#tail.indexOf('\n') >= 0 && last.map[1] - last.map[0] > 1 }
  }
}

/**
 * The tokens of the blocks of a text, without what stands inside its lines.
 *
 * @param {import('markdown-it').MarkdownIt} md
 * @param {string} source
 * @param {import('markdown-it').Env} env
 */
function blockTokens(md, source, env) {
  const tokens = /** @type {import('markdown-it').Token[]} */ ([])
  md.block.parse(source, md, env, tokens)
  return tokens
}

/** @param {string} source @param {readonly number[]} starts */
function slices(source, starts) {
  return starts.map((start, index) => source.slice(start, starts[index + 1]))
}

/** @param {string} source */
function lineStarts(source) {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
