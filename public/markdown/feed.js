import { afterSpare, nextFrame } from './frame-budget.js'

/** What is parsed at once. */
const sliceCharacters = 2000

/** For how long what may become a mark waits for the next piece. */
const holdMs = 300

/**
 * Feeds a document with a text as it grows, in slices that leave the page its frames: at most one drawing a frame, and none
 * before the last one has been on the screen for as long as it took.
 */
export class Feed {
  #newDocument
  #onBlocks
  #document
  /** Not yet in the document. */
  #rest = ''
  #ended = false
  #closed = false
  #scheduled = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hold
  #startedAt = 0
  #lastCostMs = 0

  /**
   * @param {() => import('./document.js').MarkdownDocument} newDocument
   * @param {(document: import('./document.js').MarkdownDocument, blocks: import('./document.js').Block[]) => void} onBlocks
   */
  constructor(newDocument, onBlocks) {
    this.#newDocument = newDocument
    this.#onBlocks = onBlocks
    this.#document = newDocument()
  }

  /** @param {string} piece */
  append(piece) {
    this.#rest += piece
    this.#schedule()
  }

  /** @param {string} text */
  replace(text) {
    this.#document = this.#newDocument()
    this.#rest = text
    // Another text, which is there at once.
    this.#schedule({ now: true })
  }

  /** The text is complete. */
  end() {
    this.#ended = true
    this.#schedule()
  }

  /** What `onBlocks` set is on the page. */
  drawn() {
    this.#lastCostMs = performance.now() - this.#startedAt
  }

  close() {
    this.#closed = true
    clearTimeout(this.#hold)
  }

  #schedule({ now = false } = {}) {
    if ((this.#scheduled && !now) || this.#closed) return
    this.#scheduled = true
    clearTimeout(this.#hold)
    if (now) return void afterSpare(() => this.#work())
    const pauseMs = Math.min(this.#lastCostMs * 2, 500)
    if (pauseMs > 16) setTimeout(() => afterSpare(() => this.#work()), pauseMs)
    else nextFrame(() => afterSpare(() => this.#work()))
  }

  #work() {
    this.#scheduled = false
    if (this.#closed) return
    const piece = sliceOf(this.#rest)
    this.#rest = this.#rest.slice(piece.length)
    this.#document.append(piece)
    const whole = this.#rest === ''
    if (whole && this.#ended) this.#document.end()
    this.#show(true)
    if (!whole) this.#schedule()
    else if (!this.#ended) this.#hold = setTimeout(() => this.#show(false), holdMs)
  }

  /** @param {boolean} holding */
  #show(holding) {
    if (this.#closed) return
    this.#startedAt = performance.now()
    this.#onBlocks(this.#document, this.#document.blocks({ holding }))
  }
}

/** Cut after a line if there is one, and never inside a character. @param {string} text */
function sliceOf(text) {
  if (text.length <= sliceCharacters) return text
  const line = text.lastIndexOf('\n', sliceCharacters) + 1
  if (line > sliceCharacters / 2) return text.slice(0, line)
  const high = text.charCodeAt(sliceCharacters - 1)
  return text.slice(0, high >= 0xd800 && high < 0xdc00 ? sliceCharacters - 1 : sliceCharacters)
}
