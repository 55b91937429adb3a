import { finalOf } from './hangul.ts'

/** Longer texts are read up to here: a demo needs no more. */
const maxChars = 20_000
const maxSentenceChars = 200

/**
 * The sentences at the start of a text, one line each, with their punctuation; a very long one is cut. A stop ends one
 * before a blank or Hangul, so 3.5 is one number; ㅠㅠ and ㅋㅋ end one too.
 */
export function sentencesOf(text: string, most = 60): string[] {
  return text
    .slice(0, maxChars)
    .normalize('NFC')
    .replace(/[^\S\n\r\u2028\u2029]+/g, ' ')
    .split(/[\n\r\u2028\u2029]+|(?<=[.!?。…])(?=[ 가-힣‘“"'(])|(?<=[ㅋㅎㅠㅜ]) /)
    .map(sentence => whole(sentence.trim().slice(0, maxSentenceChars)))
    .filter(sentence => /[\p{L}\p{N}]/u.test(sentence))
    .slice(0, most)
}

/** A sentence without the bullets, stops, laughter and tears at its ends. */
export function bare(sentence: string): string {
  return sentence
    .replace(/^[-*•·▪▶※○●□■✓#> ]{1,10}/u, '')
    .replace(/[\s.!?。…,;:~^ㅋㅎㅠㅜ"'”’]{1,40}$/u, '')
    .trim()
}

/** A sentence as it may stand within “quotes”: without quotes of its own, cut between words when it is longer. */
export function clipped(sentence: string, maxLength: number): string {
  const text = sentence.replace(/“/g, '‘').replace(/”/g, '’').replaceAll('"', '').trim()
  if (text.length <= maxLength) return text
  const cut = text.lastIndexOf(' ', maxLength - 1)
  return `${whole(text.slice(0, cut > maxLength / 5 ? cut : maxLength - 1))}…`
}

/** A sentence in ‘quotes’, cut to a length, with the particle that fits its end: ‘…했다’라는, ‘…망침’이라는. */
export function quoted(
  sentence: string,
  maxLength: number,
  [closed, open]: readonly [closed: string, open: string],
): string {
  const text = clipped(sentence.replace(/['‘’“”]/g, ''), maxLength)
  return `‘${text}’${finalOf(text) ? closed : open}`
}

export function isHangul(text: string): boolean {
  return /[가-힣ㄱ-ㅣ]/.test(text)
}

/** Without half a character at its end, or anywhere. */
function whole(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '').toWellFormed()
}
