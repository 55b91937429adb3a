import type { TextLength } from './completion.ts'

/** Characters that are kept of the text. */
const maxKept = 1_000

/**
 * The length of a text and its beginning: enough to estimate its tokens, however long it is. The beginning is private, so that
 * it appears in no log.
 */
export class TextSample implements TextLength {
  length = 0
  #beginning = ''

  get beginning(): string {
    return this.#beginning
  }

  add(piece: string): void {
    if (this.#beginning.length < maxKept) this.#beginning += piece.slice(0, maxKept - this.#beginning.length)
    this.length += piece.length
  }
}
