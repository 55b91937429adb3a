/** A text that a model wrote, as it may be stored and shown: '' if there is nothing to read in it. */
export function modelText(value: unknown): string {
  if (typeof value !== 'string') return ''
  // Postgres stores no U+0000, and UTF-8 cannot encode half of a surrogate pair.
  const text = value.toWellFormed().replaceAll('\0', '\uFFFD').trim()
  return /[^\s\p{Cc}\p{Cf}\uFFFD]/u.test(text) ? text : ''
}

/** Equal for texts that differ only in Unicode composition, case and white space. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()
}
