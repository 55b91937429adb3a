/**
 * For the `lang` of a text that may be in any language: Korean if it has Hangul, else not known.
 *
 * @param {string} text
 */
export function languageOf(text) {
  return /[가-힣]/.test(text) ? 'ko' : ''
}
