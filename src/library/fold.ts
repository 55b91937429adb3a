/**
 * Text in the form that searches compare: composed (a name typed on a Mac comes as single jamo), without case, and with one
 * space for any white space. Upper case, since it folds more than lower case does: ß as SS, both sigmas.
 */
export function fold(text: string): string {
  return composed(text).toUpperCase()
}

export interface Excerpt {
  before: string
  match: string
  after: string
}

/** Characters on each side of a match. */
const contextChars = 40

/** The first place where the text contains `wanted`, as it was written. `wanted` is folded. */
export function excerptOf(text: string, wanted: string): Excerpt | undefined {
  const characters = Array.from(composed(text))
  const folded = characters.map(character => character.toUpperCase())
  const at = folded.join('').indexOf(wanted)
  if (at === -1) return undefined
  const start = indexAt(folded, at)
  const end = indexAt(folded, at + wanted.length - 1) + 1
  const before = characters.slice(Math.max(0, start - contextChars), start).join('')
  const after = characters.slice(end, end + contextChars).join('')
  return {
    before: start > contextChars ? `…${before}` : before,
    match: characters.slice(start, end).join(''),
    after: end + contextChars < characters.length ? `${after}…` : after,
  }
}

function composed(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, ' ').trim()
}

/** The index of the piece that holds the unit at this position of all pieces together. */
function indexAt(pieces: readonly string[], unit: number): number {
  let end = 0
  return pieces.findIndex(piece => {
    end += piece.length
    return unit < end
  })
}
