import { isHangul } from './folded.ts'
import { wordsOf } from './words-of.ts'

/**
 * What may follow a noun within its word: particles, the copula, and the plural. Long enough a list for the question
 * whether a word ends here (`토플을`) or goes on (`토플러`); no analysis of Korean.
 */
const simple = wordsOf(
  '은|는|이|가|을|를|의|에|와|과|도|만|로|으로|나|이나|랑|이랑|에서|에게|께|께서|한테|까지|부터|보다',
  '처럼|같이|마다|조차|밖에|뿐|대로|만을|만이|까지를|까지가|로서|으로서|로써|으로써|에게서|으로부터',
  '로부터|라도|이라도|하고|이든|든',
)
/** What may follow another particle. */
const after = ['은', '는', '도', '의', '만']
const copula = wordsOf(
  '인|임|이다|이고|이며|며|이자|이라|라|라서|이라서|이어서|여서|이어|이지만|이라는|라는|이라고|라고|이란',
  '란|이던|이었음|였음|이었던|였던|이었으며|였으며|이신|신|이시며|이시고|이시어|이셔서|셔서|이기|이므로',
  '이었다|였다|인데|이었|였',
)
const plural = ['들', '들은', '들이', '들을', '들의', '들과', '들에게', '들도', '들에']
const honorific = wordsOf('님|님은|님이|님을|님의|님과|님께|님께서|님께서는|님도|님에게|님으로|님께는')

const afterNoun = new Set([
  ...simple,
  ...simple.flatMap(first => after.map(second => first + second)),
  ...copula,
  ...plural,
  ...honorific,
])

const longest = Math.max(...Array.from(afterNoun, particle => particle.length))

/** The rest of a word from `start` on, at most as long as one unit more than the longest particle. */
export function restOfWord(folded: string, start: number): string {
  let end = start
  while (end - start <= longest && isHangul(folded.charCodeAt(end))) end++
  return folded.slice(start, end)
}

export function isParticle(rest: string): boolean {
  return afterNoun.has(rest)
}

const pairs: readonly (readonly [afterConsonant: string, afterVowel: string])[] = [
  ['은', '는'],
  ['을', '를'],
  ['과', '와'],
  ['으로', '로'],
  ['으로서', '로서'],
  ['으로써', '로써'],
  ['이나', '나'],
  ['이라는', '라는'],
  ['이며', '며'],
  ['이랑', '랑'],
  ['이', '가'],
]

/** The particle as it follows this noun: `엑셀로`, but `표 계산 프로그램으로`. */
export function agreeing(particle: string, noun: string): string {
  const pair = pairs.find(([consonant, vowel]) => particle === consonant || particle === vowel)
  if (!pair) return particle
  const last = noun.charCodeAt(noun.length - 1) - 0xac00
  const final = last >= 0 && last < 11_172 ? last % 28 : 0
  const rieul = final === 8 && pair[1].startsWith('로')
  return final === 0 || rieul ? pair[1] : pair[0]
}
