/**
 * A text as the pieces a tokenizer would make of it: one to three letters of a word, the blank before a word with its
 * first piece, punctuation on its own. Joined again they are the text; a character is never split.
 */
export function tokensOf(text: string): string[] {
  const tokens: string[] = []
  for (const [word] of text.matchAll(/\s*[\p{L}\p{N}\p{M}]+|\s*[^\s\p{L}\p{N}\p{M}]|\s+/gu)) {
    const blank = /^\s*/.exec(word)?.[0] ?? ''
    const letters = Array.from(word.slice(blank.length))
    let start = 0
    do {
      const size = sizeAt(letters, start)
      tokens.push((start === 0 ? blank : '') + letters.slice(start, start + size).join(''))
      start += size
    } while (start < letters.length)
  }
  return tokens
}

/** Latin letters and digits go by threes; Hangul by one to three, the same for the same letters. */
function sizeAt(letters: readonly string[], start: number): number {
  const code = letters[start]?.codePointAt(0) ?? 0
  return code < 0x80 ? 3 : 1 + (code % 3)
}
