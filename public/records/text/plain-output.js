import { plainText } from './plain-text.js'

/** @typedef {import('../../text/output-text.js').OutputText} OutputText */
/** @typedef {import('../../text/output-text.js').ReadableText} ReadableText */

/**
 * The text of an output as it will be saved: without marks of Markdown.
 *
 * @implements {ReadableText}
 */
export class PlainOutput {
  #text
  #open
  #of = ''
  #plain = ''

  /** @param {OutputText} text @param {boolean} open it is being written */
  constructor(text, open) {
    this.#text = text
    this.#open = open
  }

  get value() {
    const { value } = this.#text
    if (value !== this.#of) {
      this.#of = value
      this.#plain = plainText(value, { open: this.#open })
    }
    return this.#plain
  }

  /** @param {import('../../text/output-text.js').TextReader} reader */
  read(reader) {
    let shown = ''
    const look = () => {
      const { value } = this
      // Readers add to what they show, so that a selection stays.
      if (shown !== '' && value.startsWith(shown)) reader.append(value.slice(shown.length))
      else reader.replace(value)
      shown = value
    }
    return this.#text.read({ append: look, replace: look })
  }
}

const known = new WeakMap()

/**
 * The outputs of a task that runs, with their texts as they will be saved. Those of one that has ended are saved.
 *
 * @param {import('../../task/task-view.js').TaskView} view
 * @returns {(Omit<import('../../task/task-view.js').OutputView, 'text'> & { text: ReadableText, marked: boolean })[]} `marked`:
 *   marks were left out
 */
export function plainOutputs(view) {
  return view.outputs.map(output => {
    if (view.ended) return { ...output, marked: false }
    const text = plainOf(output.text, output.status === 'running' || output.status === 'pending')
    return { ...output, text, marked: text.value !== output.text.value }
  })
}

/** The same object for the same text, so that its readers stay. @param {OutputText} text @param {boolean} open @returns {PlainOutput} */
function plainOf(text, open) {
  const both = known.get(text) ?? { open: new PlainOutput(text, true), ended: new PlainOutput(text, false) }
  known.set(text, both)
  return open ? both.open : both.ended
}
