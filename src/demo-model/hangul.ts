/** Arithmetic of Hangul syllables: each is an onset, a vowel and an optional final consonant (the Unicode Standard, section 3.12). */

const first = 0xac00
const last = 0xd7a3
const onsets = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const vowels = 'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ'
const finals = ' ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'

export interface Syllable {
  readonly onset: string
  readonly vowel: string
  /** `''` when the syllable is open. */
  readonly final: string
}

/** The parts of one precomposed syllable; undefined for anything else, the empty string included. */
export function decompose(character: string): Syllable | undefined {
  const code = character.charCodeAt(0)
  if (!(code >= first && code <= last)) return undefined
  const index = code - first
  return {
    onset: onsets.charAt(Math.floor(index / 588)),
    vowel: vowels.charAt(Math.floor((index % 588) / 28)),
    final: finals.charAt(index % 28).trim(),
  }
}

export function compose({ onset, vowel, final }: Syllable): string {
  const index = onsets.indexOf(onset) * 588 + vowels.indexOf(vowel) * 28 + finals.indexOf(final === '' ? ' ' : final)
  return String.fromCharCode(first + index)
}

/** The final consonant of a word's last syllable: `''` for an open one, undefined when it is not Hangul. */
export function finalOf(word: string): string | undefined {
  return decompose(word.slice(-1))?.final
}

/** The word with another final consonant in its last syllable, which must be Hangul. */
export function withFinal(word: string, final: string): string {
  const syllable = decompose(word.slice(-1))
  if (syllable === undefined) throw new RangeError('the last character is not a Hangul syllable')
  return word.slice(0, -1) + compose({ ...syllable, final })
}

/**
 * The word with the form of a particle that fits its end, such as `['을', '를']`: the first after a consonant.
 * A word that does not end in Hangul gets the second, which reads right after most letters and digits.
 */
export function withParticle(word: string, [closed, open]: readonly [closed: string, open: string]): string {
  return word + (finalOf(word) ? closed : open)
}
