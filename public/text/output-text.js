/**
 * The text of one output as it grows. Readers get each piece, so that a column appends it to its text node and
 * nothing is drawn again.
 *
 * @typedef {{ append(piece: string): void, replace(text: string): void, end?(): void }} TextReader `end`: the text is whole
 * @typedef {{ readonly value: string, read(reader: TextReader): () => void }} ReadableText
 */
export class OutputText {
  #text = ''
  /** A replay has announced this text again: the next piece replaces the old text, without a blank in between. */
  #replaying = false
  /** @type {Set<TextReader>} */
  #readers = new Set()

  get value() {
    return this.#text
  }

  /** @param {string} piece */
  append(piece) {
    if (this.#replaying) return this.replace(piece)
    this.#text += piece
    for (const reader of this.#readers) reader.append(piece)
  }

  /** @param {string} text */
  replace(text) {
    this.#replaying = false
    if (text === this.#text) return
    this.#text = text
    for (const reader of this.#readers) reader.replace(text)
  }

  /** The next pieces are this text from its beginning. */
  replay() {
    this.#replaying = true
  }

  /** The replayed text is complete, and may have been empty. */
  end() {
    if (this.#replaying) this.replace('')
    for (const reader of this.#readers) reader.end?.()
  }

  /**
   * @param {TextReader} reader gets the text so far at once
   * @returns {() => void} stops it
   */
  read(reader) {
    reader.replace(this.#text)
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }
}
