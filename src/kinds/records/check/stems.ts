import { isDigit, isHangul, isLatin } from './folded.ts'
import type { Work } from './place.ts'
import { wordsOf } from './words-of.ts'

/** A content word of a text without particle and ending. */
export interface Stem {
  readonly stem: string
  readonly start: number
  readonly end: number
}

/** Particles, endings and forms of 하다 and 되다 that a word may end in; the longest that leaves two syllables is cut off. */
const endings = new Set(
  wordsOf(
    '은|는|이|가|을|를|의|에|와|과|도|만|로|으로|에서|에게|께|까지|부터|보다|처럼|마다|들|들이|들을|들의',
    '들과|들에게|이나|나|라는|이라는|으로써|로써|으로서|로서|에는|에도|에서는|함|하여|하고|하며|하는|한|할',
    '하였음|하였고|하였으며|하였다|했음|했고|했다|했으며|했지만|하면서|하기|하지|하도록|하게|하려고|하려는',
    '한다|하던|해|해서|했던|된|됨|되어|되는|되고|되며|될|되었음|되었다|음|임|어|아|여|고|며|면서|면|는|은',
    '을|던|었음|았음|였음|었다|았다|였다|었고|았고|어서|아서|으며|으면서|게|기|지|도록|려고|다|습니다',
    '었습니다|적|적인|적으로|성|시킴|시켜|인|이며|이고|이다',
  ),
)
const longestEnding = Math.max(...Array.from(endings, ending => ending.length))

/** Words of every record: two texts that share them need not be about the same thing. */
const common = new Set(
  wordsOf(
    '모습|활동|수업|과정|학생|자신|통해|바탕|대한|대하|대해|이해|능력|태도|노력|생각|다양|적극|스스로|친구',
    '참여|관심|내용|방법|결과|설명|발표|보임|가지|가짐|위해|위하|관련|보이|시간|역할|돋보|드러|나타|있음',
    '없음|하였|그리|또한|특히|매우|항상|함께|모두|우수|뛰어|성실|꾸준|깊이|깊은|높은|높|좋은|많은|여러',
    '우리',
  ),
)

/** How much of a long word is looked at: none of Korean is longer. */
const longestWord = 40

/**
 * The content stems of a folded text: runs of Hangul without their ending, of two syllables and more, that are not common to all
 * records; and Latin words and numbers as they are. Linear in the length of the text.
 */
export function stemsOf(folded: string, start: number, end: number, work: Work): Stem[] {
  const stems: Stem[] = []
  let index = start
  while (index < end) {
    const kind = kindOf(folded.charCodeAt(index))
    let next = index + 1
    while (next < end && kind !== undefined && kindOf(folded.charCodeAt(next)) === kind) next++
    work.steps += next - index
    if (kind === 'hangul') {
      const stem = stemOf(folded.slice(index, Math.min(next, index + longestWord)))
      if (stem !== undefined) stems.push({ stem, start: index, end: next })
    } else if (kind !== undefined && (kind === 'digit' || next - index > 1)) {
      stems.push({ stem: folded.slice(index, Math.min(next, index + longestWord)), start: index, end: next })
    }
    index = next
  }
  return stems
}

function kindOf(unit: number): 'hangul' | 'latin' | 'digit' | undefined {
  if (isHangul(unit)) return 'hangul'
  if (isLatin(unit)) return 'latin'
  return isDigit(unit) ? 'digit' : undefined
}

function stemOf(word: string): string | undefined {
  let stem = word
  for (let length = Math.min(longestEnding, word.length - 2); length > 0; length--) {
    if (!endings.has(word.slice(-length))) continue
    stem = word.slice(0, -length)
    break
  }
  return stem.length < 2 || common.has(stem) || common.has(stem.slice(0, 2)) ? undefined : stem
}

/** Whether one such stem is enough to say that two sentences are about the same: it is long, foreign or a number of two digits. */
export function isRare(stem: string): boolean {
  return stem.length >= 4 || (!isHangul(stem.charCodeAt(0)) && stem.length >= 2)
}

/** By what two stems are compared: 만들어 and 만듦 differ in their ends, `실험` and `실험실` are near. */
export function keyOf(stem: string): string {
  return isHangul(stem.charCodeAt(0)) ? stem.slice(0, 2) : stem
}
