const first = 0xac00
const finalN = 4
const finalRieul = 8
const finalM = 16
const finalRieulM = 10
const finalSs = 20

const finalOf = (syllable: string) => (syllable.charCodeAt(0) - first) % 28
const vowelOf = (syllable: string) => Math.floor(((syllable.charCodeAt(0) - first) % 588) / 28)
const consonantOf = (syllable: string) => Math.floor((syllable.charCodeAt(0) - first) / 588)
const syllable = (consonant: number, vowel: number, final: number) =>
  String.fromCharCode(first + consonant * 588 + vowel * 28 + final)

/** Whether a word ends in nominal form: 함, 보임, 만듦, 있음. */
export function nominalEnding(word: string): boolean {
  return [finalM, finalRieulM].includes(finalOf(word.charAt(word.length - 1)))
}

/**
 * The nominal form in the present of the last word of a sentence, where its sound alone decides: 했음, 하였다, 한다 -> 함; 보였음 ->
 * 보임; 배웠음 -> 배움; 읽었다 -> 읽음. Undefined where it does not: 들었음 is 들음 or 듦, 도왔음 is 도움.
 */
export function presentNominal(word: string): string | undefined {
  for (const [ending, nominal] of plain) {
    if (word.endsWith(ending)) return word.slice(0, -ending.length) + nominal
  }
  const past = /^(.*)(음|다)$/.exec(word)?.[1]
  if (past === undefined || past === '') return undefined
  const last = past.charAt(past.length - 1)
  if (finalOf(last) !== finalSs || last === '있' || last === '겠') return undefined
  return presentOf(past.slice(0, -1), last)
}

/** The longest first. */
const plain: readonly (readonly [ending: string, nominal: string])[] = [
  ['하였음', '함'],
  ['하였다', '함'],
  ['했음', '함'],
  ['했다', '함'],
  ['한다', '함'],
  ['된다', '됨'],
  ['보인다', '보임'],
  ['있다', '있음'],
  ['없다', '없음'],
  ['같다', '같음'],
  ['읽는다', '읽음'],
]

/** Past stems whose verb is irregular: their present is not to be heard. */
const irregular = new Set(['부'])
/** Vowels of a contracted past, and those of the verb: 보였 is 보이, 갔 is 가, 왔 is 오, 배웠 is 배우, 됐 is 되. */
const contracted: Record<number, number> = { 6: 20, 0: 0, 9: 8, 14: 13, 10: 11, 1: 1 }

function presentOf(before: string, last: string): string | undefined {
  if (last === '았' || last === '었') return afterStem(before)
  if (last === '썼') return `${before}씀`
  if (last === '섰') return `${before}섬`
  if (!clear(before, last)) return undefined
  const vowel = contracted[vowelOf(last)]
  return vowel === undefined ? undefined : before + syllable(consonantOf(last), vowel, finalM)
}

/** Whether only one verb sounds so: 올랐 is 오르, 자랐 is 자라; 켰 alone is 켜, 시켰 is 시키. */
function clear(before: string, last: string): boolean {
  const previous = before.charAt(before.length - 1)
  if (last === '왔') return !['도', '고'].includes(previous)
  if (last === '랐') return ['자', '바', '놀'].includes(previous)
  if (last === '갔') return !['잠', '담'].includes(previous)
  if (last === '켰' || last === '폈') return previous !== ''
  return !['놨', '빴', '팠'].includes(last)
}

/** 읽었 -> 읽음, 되었 -> 됨, 주었 -> 줌; not after ㄹ (들었) nor where a consonant fell out (지었). */
function afterStem(before: string): string | undefined {
  const stem = before.charAt(before.length - 1)
  if (stem === '') return undefined
  const final = finalOf(stem)
  if (final === finalRieul || final === finalN) return undefined
  if (final !== 0) return `${before}음`
  if (irregular.has(stem) || ![11, 13].includes(vowelOf(stem))) return undefined
  return before.slice(0, -1) + syllable(consonantOf(stem), vowelOf(stem), finalM)
}
