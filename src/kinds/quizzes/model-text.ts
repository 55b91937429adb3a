/** A text that a model wrote, as it may be stored and shown: '' unless it has something to read. */
export function modelText(value: unknown): string {
  if (typeof value !== 'string') return ''
  // Postgres stores no U+0000 and UTF-8 has no half of a surrogate pair.
  const text = value.toWellFormed().replaceAll('\0', '\uFFFD').trim()
  return /[^\s\p{Cc}\p{Cf}\uFFFD]/u.test(text) ? text : ''
}

/** Equal for texts that nothing but Unicode composition, case and white space tells apart. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()
}
