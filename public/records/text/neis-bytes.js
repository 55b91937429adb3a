/**
 * Bytes as NEIS counts them, for the meter while text comes; the server's count (`src/kinds/records/bytes.ts`, the same rule)
 * decides. NFC first; ASCII 1, every other code point 3, beyond the basic plane 4; a line break, CRLF included, 1.
 *
 * @param {string} text
 */
export function neisBytes(text) {
  let bytes = 0
  for (const character of text.normalize('NFC').replace(/\r\n?/g, '\n')) {
    const codePoint = character.codePointAt(0) ?? 0
    if (codePoint < 0x80) bytes += 1
    else bytes += codePoint > 0xffff ? 4 : 3
  }
  return bytes
}
