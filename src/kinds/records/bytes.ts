/**
 * The size of a text as NEIS, the schools' information system, counts it, in bytes.
 *
 * "한글 1자는 3Byte, 영문·숫자 1자는 1Byte, 엔터(Enter)는 1Byte" (guide of 2026, elementary p. 150, high p. 208). So ASCII is 1;
 * Hangul and every other character 3, those that UTF-8 writes in 2 (é, ·) included; a line break 1, whether it came as LF,
 * CRLF or CR. The guide says nothing of what lies beyond U+FFFF (an emoji): it counts 4, as in UTF-8, the safe side.
 *
 * The text is brought to NFC first: '각' typed as three jamo would otherwise be 9 bytes instead of 3.
 * Any string is accepted; a lone surrogate counts 3, like the U+FFFD it will become.
 */
export function neisBytes(text: string): number {
  let bytes = 0
  let previous = ''
  for (const character of text.normalize('NFC')) {
    if (!(character === '\n' && previous === '\r')) bytes += bytesOf(character)
    previous = character
  }
  return bytes
}

function bytesOf(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0
  if (codePoint < 0x80) return 1
  return codePoint > 0xffff ? 4 : 3
}
