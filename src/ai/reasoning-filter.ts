import type { TextSample } from './text-sample.ts'

/** What opens a block of reasoning, and closes it: a name in angle brackets, or `[THINK]` (Mistral). In any case. */
const opening = /<(?:think|thinking|thought)>|\[think\]/iy
const closing = /<\/(?:think|thinking|thought)>|\[\/think\]/iy
const tags = ['<think>', '<thinking>', '<thought>', '[think]', '</think>', '</thinking>', '</thought>', '[/think]']
const bracket = /[<[]/g
const longestTag = Math.max(...tags.map(({ length }) => length))

/** The filter waits with white space before the first word, and after a closing tag on its line, up to this length. */
const maxBlank = 1_000

/**
 * Takes reasoning out of the text that a model writes, wherever the pieces are cut.
 *
 * Models reason in a block before their answer. Servers should send that block apart; many do not, or not for every model.
 * Two shapes are known for sure:
 *
 * - One leading block, opened and closed by tags of the same name. White space before and after it belongs to it. If the
 *   block never closes, there is no text.
 * - Only the end of a block, since the prompt's template has opened it: the first closing tag that stands alone on its line,
 *   with no opening tag before it. What came before was passed on as text: now it is void (`takeVoid`).
 *
 * A tag anywhere else is text, as is a second block.
 *
 * ```
 * leading -> thinking -> after -> plain     a leading block
 * leading -> watching -> plain              an opening tag in the text: no closing one means anything any more
 * leading -> watching -> after -> plain     a closing tag alone on its line
 * ```
 *
 * Takes time linear in the text. Keeps only what may be the beginning of a tag.
 */
export class ReasoningFilter {
  readonly #reasoning: TextSample
  #state: 'leading' | 'thinking' | 'watching' | 'after' | 'plain' = 'leading'
  /** Not known yet to be text or reasoning. */
  #held = ''
  /** While `thinking`. */
  #closing = ''
  /** While `watching`: the line so far is white space only. */
  #blank = true
  /** Some text has been passed on. */
  #given = false
  #void = false

  /** @param reasoning gets what turns out to be reasoning, except for what was already passed on as text */
  constructor(reasoning: TextSample) {
    this.#reasoning = reasoning
  }

  /** The text in this piece, after the text that was held before it. */
  push(piece: string): string {
    if (this.#state === 'plain') return piece
    if (this.#state === 'watching' && this.#held === '' && !piece.includes('<') && !piece.includes('[')) {
      this.#seeLine(piece)
      this.#given ||= piece !== ''
      return piece
    }
    const held = this.#held
    this.#held = ''
    const text = this.#read(held + piece)
    this.#given ||= text !== ''
    return text
  }

  /** The text that was held, at the end. No `push` may follow. */
  end(): string {
    const held = this.#held
    this.#held = ''
    if (this.#state === 'thinking') this.#reasoning.add(held)
    if (this.#state === 'thinking' || this.#state === 'after') return ''
    closing.lastIndex = 0
    if (this.#state === 'watching' && this.#blank && closing.test(held)) {
      this.#void ||= this.#given
      return ''
    }
    return held
  }

  /** Whether all text that was passed on before the last `push` or `end` is void. True once. */
  takeVoid(): boolean {
    const isVoid = this.#void
    this.#void = false
    return isVoid
  }

  #read(text: string): string {
    switch (this.#state) {
      case 'leading':
        return this.#readLeading(text)
      case 'thinking':
        return this.#readThinking(text)
      case 'watching':
        return this.#watch(text)
      case 'after':
        return this.#readAfter(text)
      default:
        return text
    }
  }

  #readLeading(text: string): string {
    const word = text.search(/\S/)
    const start = word < 0 ? text.length : word
    if (start <= maxBlank) {
      if (word < 0) return this.#hold(text)
      opening.lastIndex = start
      const [tag] = opening.exec(text) ?? []
      if (tag !== undefined) {
        this.#state = 'thinking'
        this.#closing = `${tag.charAt(0)}/${tag.slice(1)}`.toLowerCase()
        return this.#readThinking(text.slice(start + tag.length))
      }
      if (mayBecomeTag(text, start)) return this.#hold(text)
    }
    this.#state = 'watching'
    return this.#watch(text)
  }

  #readThinking(text: string): string {
    const end = lowerCased(text).indexOf(this.#closing)
    if (end >= 0) {
      this.#reasoning.add(text.slice(0, end))
      this.#state = 'after'
      return this.#readAfter(text.slice(end + this.#closing.length))
    }
    const kept = Math.min(text.length, this.#closing.length - 1)
    this.#reasoning.add(text.slice(0, text.length - kept))
    return this.#hold(text.slice(text.length - kept))
  }

  #readAfter(text: string): string {
    const rest = text.trimStart()
    if (rest !== '') this.#state = 'plain'
    return rest
  }

  #watch(text: string): string {
    let seen = 0
    for (let at = nextBracket(text, 0); at >= 0; at = nextBracket(text, at + 1)) {
      this.#seeLine(text.slice(seen, at))
      seen = at
      opening.lastIndex = at
      if (opening.test(text)) {
        this.#state = 'plain'
        return text
      }
      if (this.#blank) {
        const closed = closedLine(text, at)
        if (closed === 'open') return this.#hold(text.slice(at), text.slice(0, at))
        if (closed !== undefined) return this.#voided(text, at, closed)
      }
      if (mayBecomeTag(text, at)) return this.#hold(text.slice(at), text.slice(0, at))
    }
    this.#seeLine(text.slice(seen))
    return text
  }

  /** @param next where the line after the closing tag begins */
  #voided(text: string, at: number, next: number): string {
    this.#reasoning.add(text.slice(0, at))
    this.#void = this.#given
    this.#given = false
    this.#state = 'after'
    return this.#readAfter(text.slice(next))
  }

  #hold(held: string, text = ''): string {
    this.#held = held
    return text
  }

  /** Notes whether the line that this text ends on, or continues, is blank so far. */
  #seeLine(text: string): void {
    const start = text.lastIndexOf('\n') + 1
    if (start > 0) this.#blank = true
    if (this.#blank && text.slice(start).trim() !== '') this.#blank = false
  }
}

/** Where the next line begins, if nothing follows the closing tag on this one; `open` while that is not known. */
function closedLine(text: string, at: number): number | 'open' | undefined {
  closing.lastIndex = at
  if (!closing.test(text)) return undefined
  let next = closing.lastIndex
  while (next < text.length && next - at < maxBlank && /[^\S\n]/.test(text.charAt(next))) next++
  if (next === text.length) return 'open'
  return text.charAt(next) === '\n' ? next + 1 : undefined
}

function mayBecomeTag(text: string, at: number): boolean {
  if (text.length - at >= longestTag) return false
  const beginning = lowerCased(text.slice(at))
  return tags.some(tag => tag.length > beginning.length && tag.startsWith(beginning))
}

/** One search for both brackets: with two, a text with many of one kind would be searched to its end for the other each time. */
function nextBracket(text: string, from: number): number {
  bracket.lastIndex = from
  return bracket.exec(text)?.index ?? -1
}

/** ASCII only: with other letters `toLowerCase` may change the length. */
function lowerCased(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}
