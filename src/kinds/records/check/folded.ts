/**
 * A text as the rules read it: NFC, and each UTF-16 unit folded to one other, so that `Ｅxcel`, `EXCEL` and `excel` are the
 * same word, every blank and line break is a blank, and every kind of dash or quotation mark is one. Folding changes no
 * index: what is found is at the same place in the composed text.
 */
export interface FoldedText {
  /** As given. */
  readonly given: string
  /** In NFC. */
  readonly composed: string
  readonly folded: string
  /** The place in the given text of a place in the composed one. */
  originalIndex(index: number): number
}

const doubleQuotes = '"“”„‟«»「」『』《》〈〉＂'
const singleQuotes = "'‘’‚‛＇′"
const dashes = '-‐‑‒–—―−－'
const blanks = /\s/

export function foldText(given: string): FoldedText {
  const { composed, originalIndex } = compose(given)
  const units = new Uint16Array(composed.length)
  for (let index = 0; index < composed.length; index++) units[index] = foldUnit(composed.charCodeAt(index))
  const folded = stringOf(units)
  return { given, composed, folded, originalIndex }
}

function foldUnit(unit: number): number {
  return isHangul(unit) || isLatin(unit) || isDigit(unit) || unit === 0x20
    ? unit
    : foldOther(String.fromCharCode(unit)).charCodeAt(0)
}

function foldOther(unit: string): string {
  if (blanks.test(unit)) return ' '
  if (doubleQuotes.includes(unit)) return '"'
  if (singleQuotes.includes(unit)) return "'"
  if (dashes.includes(unit)) return '-'
  const code = unit.charCodeAt(0)
  const narrow = code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit
  const lower = narrow.toLowerCase()
  return lower.length === 1 ? lower : narrow
}

/** In pieces: a call takes only so many arguments. */
function stringOf(units: Uint16Array): string {
  let text = ''
  for (let index = 0; index < units.length; index += 8_192)
    text += String.fromCharCode(...units.subarray(index, index + 8_192))
  return text
}

/** Whether a UTF-16 unit is a syllable. As numbers: strings of one unit would be most of the work of a check. */
export function isHangul(unit: number): boolean {
  return unit >= 0xac00 && unit <= 0xd7a3
}

/** Of a folded text: lower case. */
export function isLatin(unit: number): boolean {
  return unit >= 0x61 && unit <= 0x7a
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

/** The text in NFC, and the way back from its indexes to those of the text. */
function compose(text: string): { composed: string; originalIndex: (index: number) => number } {
  if (text.normalize('NFC') === text) return { composed: text, originalIndex: index => index }
  let composed = ''
  const origins: number[] = []
  for (const { segment, index } of new Intl.Segmenter('ko', { granularity: 'grapheme' }).segment(text)) {
    const normal = segment.normalize('NFC')
    for (let unit = 0; unit < normal.length; unit++) origins.push(index)
    composed += normal
  }
  origins.push(text.length)
  return { composed, originalIndex: index => origins[index] ?? text.length }
}
