import { formulaAt } from './rules/math.js'

/**
 * The last line or paragraph of a text that goes on, with the marks that are open closed and those at the end left out.
 *
 * @param {string} text
 * @param {boolean} holding brackets at the end may still become a link
 */
export function mendInline(text, holding) {
  const scan = new Scan(text)
  scan.run()
  return scan.mended(holding)
}

/**
 * A text that is too long for one paragraph, in two: cut after the last sentence before `most`, and the marks that are open
 * there closed in the first part and opened again in the second.
 *
 * @param {string} text
 * @param {number} most
 * @returns {[string, string]}
 */
export function cutInTwo(text, most) {
  const high = text.charCodeAt(most - 1)
  const scan = new Scan(text.slice(0, high >= 0xd800 && high < 0xdc00 ? most - 1 : most))
  scan.run()
  const { at, open } = scan.sentence ?? scan.end
  const first = text.slice(0, at)
  return [open.length > 0 ? first.trimEnd() + open.toReversed().join('') : first, open.join('') + text.slice(at)]
}

/** @type {Record<string, RegExp>} */
const runs = { '*': /^\*+/, _: /^_+/, '~': /^~+/ }

/** How far a bracket without its end is believed to become a link. */
const maxLinkText = 300

/** A longer address is none. */
const maxAddress = 2000

/** Nobody nests more marks; each would be closed at the end of the text, every time. */
const maxOpen = 8

/**
 * One reading of a text: what of it stays, and which marks are open at its end. It knows less than the parser: where it is
 * wrong, a word is set differently for as long as its line is the last.
 */
class Scan {
  #text
  #at = 0
  #out = ''
  /** Open marks, the outermost first. @type {string[]} */
  #open = []
  /** Where in `#out` the bracket of a link stands that has no end yet. */
  #bracket = -1
  #image = false
  /** After the last sentence that ended outside of brackets, and what was open there. */
  sentence = /** @type {{ at: number, open: string[] } | undefined} */ (undefined)

  /** @param {string} text */
  constructor(text) {
    this.#text = text
  }

  run() {
    while (this.#at < this.#text.length) this.#step()
  }

  get end() {
    return { at: this.#text.length, open: [...this.#open] }
  }

  /** @param {boolean} holding */
  mended(holding) {
    let out = this.#out
    if (this.#bracket >= 0 && out.length - this.#bracket <= maxLinkText) {
      const label = out.slice(this.#bracket)
      // `[^1` is a note, `[ ]` a check box; `[words` are those of a link.
      const words = /^\[\^/.test(label) ? '' : label.slice(1)
      out = out.slice(0, this.#bracket - (this.#image ? 1 : 0)) + words
    } else if (holding) {
      out = out.replace(/!?\[([^[\]\n]{1,300})\]$/, (whole, words) => (/^[ xX]$|^\^/.test(words) ? whole : words))
    }
    out = out.replace(/<(?:br? ?\/?)?$/i, '').replace(/<((?:https?:|mailto:)[^>\s]*)$/, '$1')
    if (this.#open.length === 0) return out
    const trimmed = out.trimEnd()
    return trimmed + this.#open.toReversed().join('')
  }

  #step() {
    const text = this.#text
    const at = this.#at
    const character = text[at] ?? ''
    if (character === '\\' || character === '$') return this.#formula(character)
    if (character === '`') return this.#code()
    if (character === '*' || character === '_' || character === '~') return this.#emphasis(character)
    if (character === '[') {
      // `[[` and links in links are text.
      this.#bracket = this.#out.length
      this.#image = text[at - 1] === '!'
    }
    if (character === ']' && this.#bracket >= 0) return this.#link()
    if (character === ' ' && this.#bracket < 0 && /[.?!]/.test(text[at - 1] ?? ''))
      this.sentence = { at: at + 1, open: [...this.#open] }
    this.#take(1)
  }

  /** @param {number} length */
  #take(length) {
    this.#out += this.#text.slice(this.#at, this.#at + length)
    this.#at += length
  }

  /** @param {string} character */
  #formula(character) {
    const text = this.#text
    const found = formulaAt(text, this.#at)
    if (found) return this.#take(found.length)
    const rest = text.slice(this.#at)
    if (rest.length > maxLinkText + 10) return this.#take(character === '\\' ? 2 : 1)
    const [mark] = /^(\$\$|\\\(|\\\[|\$(?=[^\s\d$]))/.exec(rest) ?? []
    if (mark && mark === '$' && /[\p{L}\p{N}]/u.test(text[this.#at - 1] ?? '')) return this.#take(1)
    const tex = mark ? rest.slice(mark.length) : ''
    if (
      mark &&
      tex.length <= 300 &&
      !/[`\n]/.test(tex) &&
      !(mark === '$' && /\p{Script=Hangul}|\s\S*\s\S*\s\S*\s/u.test(tex))
    ) {
      // Its source is shown as code until it is whole.
      const shown = tex.replace(/[\\$]+$/, '').trim()
      this.#out += shown ? `\`${shown}\`` : ''
      this.#at = text.length
      return
    }
    if (rest === '\\' || rest === '$') this.#at += 1
    else this.#take(character === '\\' ? 2 : 1)
  }

  #code() {
    const [run = '`'] = /^`+/.exec(this.#text.slice(this.#at)) ?? []
    const from = this.#at + run.length
    const end = closingRun(this.#text, from, run.length)
    if (end >= 0) return this.#take(end - this.#at)
    const code = this.#text.slice(from)
    this.#at = this.#text.length
    // Backticks at the end may be those that close it.
    const shown = code.replace(/`+$/, '')
    if (shown.trim()) this.#out += run + shown + run
  }

  /** @param {string} character */
  #emphasis(character) {
    const text = this.#text
    const [run = ''] = runs[character]?.exec(text.slice(this.#at, this.#at + 50)) ?? []
    const before = text[this.#at - 1] ?? ' '
    const after = text[this.#at + run.length]
    const last = after === undefined
    const mark = character === '~' ? '~~' : run.slice(0, 3)
    const innermost = this.#open.at(-1)
    if (
      innermost?.[0] === character &&
      !/\s/.test(before) &&
      (last ? run.length <= innermost.length : run.length >= innermost.length)
    ) {
      // At the end it may be half of the closing mark.
      this.#open.pop()
      this.#out = this.#out.trimEnd() + innermost
      if (!last && run.length > innermost.length) this.#out += run.slice(innermost.length)
      this.#at += run.length
      return
    }
    const opens = !last && !/\s/.test(after) && !(character === '~' && run.length !== 2) && run.length <= 3
    const inWord = /[\p{L}\p{N}]/u.test(before)
    if (last) this.#at += run.length
    else {
      if (
        opens &&
        this.#open.length < maxOpen &&
        !(inWord && (character === '_' || (run.length === 1 && /[\w]/.test(before))))
      )
        this.#open.push(mark)
      this.#take(run.length)
    }
  }

  /** `](`: what follows is an address, of which nothing is shown. */
  #link() {
    const text = this.#text
    const next = text[this.#at + 1]
    const bracket = this.#bracket
    if (next !== '(' && next !== '[') {
      this.#bracket = -1
      return this.#take(1)
    }
    const close =
      next === '(' ? addressEnd(text, this.#at + 1) : text.slice(0, this.#at + maxAddress).indexOf(']', this.#at + 2)
    if (close >= 0) {
      this.#bracket = -1
      return this.#take(close + 1 - this.#at)
    }
    if (text.slice(this.#at, this.#at + maxAddress).includes('\n') || text.length - this.#at > maxAddress) {
      this.#bracket = -1
      return this.#take(1)
    }
    const words = this.#out.slice(bracket + 1)
    this.#out = this.#out.slice(0, bracket - (this.#image ? 1 : 0)) + words
    this.#bracket = -1
    this.#at = text.length
  }
}

/** @param {string} text @param {number} from @param {number} length */
function closingRun(text, from, length) {
  for (const found of text.slice(from).matchAll(/`+/g)) {
    const end = from + (found.index ?? 0) + found[0].length
    // More may follow at the end of the text.
    if (found[0].length === length) return end
  }
  return -1
}

/** The bracket that closes an address, which may have pairs of brackets in it. @param {string} text @param {number} open */
function addressEnd(text, open) {
  let depth = 0
  for (let at = open; at < Math.min(text.length, open + maxAddress); at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at
    else if (text[at] === '\n') return -1
  }
  return -1
}
