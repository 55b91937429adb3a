/**
 * The size of a text as NEIS, the schools' information system, counts it, in bytes.
 *
 * ASCII is 1; Hangul and every other character 3, those that UTF-8 writes in 2 (é, ·) included; a line break 2,
 * whether it came as LF, CRLF or CR. A character beyond U+FFFF (an emoji) counts 4, as in UTF-8. Public counters
 * disagree about line breaks (1 or 2) and say nothing of emoji: wherever there is doubt, this is the larger number,
 * so that a text that fits here fits there.
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
  if (character === '\n' || character === '\r') return 2
  if (codePoint < 0x80) return 1
  return codePoint > 0xffff ? 4 : 3
}
