import { textPieces } from '../markdown/bounded.js'
import { html } from '../preact.js'

/** A text as it is; one without line breaks in bounded pieces, since one layout of it would take seconds. @param {{ text: string }} props */
export function BoundedText({ text }) {
  return linePieces(text).map((piece, index) => html`<span key=${index} class="piece">${piece}</span>`)
}

/** @param {string} text */
export function linePieces(text) {
  if (text.length <= maxPiece) return [text]
  const pieces = []
  let rest = text
  while (rest.length > maxPiece) {
    const line = rest.lastIndexOf('\n', maxPiece - 1) + 1
    const [piece = rest] = line > 0 ? [rest.slice(0, line)] : textPieces(rest, maxPiece)
    pieces.push(piece)
    rest = rest.slice(piece.length)
  }
  if (rest !== '') pieces.push(rest)
  return pieces
}

/** Longer than any record, whose paragraph is not to be cut on the page. */
export const maxPiece = 4000
