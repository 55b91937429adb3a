import { factKinds } from './facts.ts'
import type { Notes } from './notes.ts'

/** Words of a question that say nothing of what is asked for. */
const empty =
  /^(?:뭐|뭘|뭔|뭐라|뭐라고|무엇|무엇이라|무슨|어떤|어디|언제|누구|누가|몇|얼마|왜|어떻|어떻게|말|말씀|말했|얘기|이야기|기억|기억나|기억하|알|알아|알고|혹시|아까|방금|전|전에|앞|앞에서|처음|지난번|제|제가|저|나|내|내가|우리|너|네가|당신|소라|것|거|게|좀|다시|그|이|있|하|했|했죠|했지|했더라|했나|했어|했었|되|라고|다고|what|who|where|when|is|was|are|do|does|did|my|me|i|the|a|an|you|remember|say|said|tell|told)$/i

/**
 * The note that answers a question about what was said, the newest of the best; undefined when none has enough of the
 * question's words. Hangul words match by their beginnings, letter by letter: 키운다고 finds 키워요.
 */
export function recall(question: string, notes: Notes): string | undefined {
  const known = [...notes.others, ...notes.stated]
  const kind = factKinds.find(({ asked }) => asked.test(question))
  const exact = kind && notes.stated.findLast(note => kind.stated.test(note) && sameOwner(question, note))
  if (exact !== undefined) return exact

  const wanted = contentWords(question)
  if (wanted.length === 0) return undefined
  let best: string | undefined
  let bestScore = 0
  for (const note of known) {
    const words = contentWords(note)
    const score = wanted.reduce((sum, word) => sum + Math.max(0, ...words.map(other => likeness(word, other))), 0)
    if (score >= bestScore && score > 0) {
      best = note
      bestScore = score
    }
  }
  return bestScore / wanted.length >= 0.4 ? best : undefined
}

/** What a sentence is about, without particles: at most 20 words. */
export function contentWords(text: string): string[] {
  const words = text.slice(0, 300).match(/[가-힣]{1,20}|[a-z']{1,20}|\d{1,20}/gi) ?? []
  return words
    .map(word => (/[가-힣]/.test(word) ? stem(word) : word.toLowerCase()))
    .filter(word => !empty.test(word))
    .slice(0, 20)
}

function stem(word: string): string {
  const bare = word.replace(
    /(?:이라고|라고|다고|냐고|이에요|예요|인가요|이었죠|였죠|였지|이죠|이지|에서|에게|한테|으로|까지|부터|은|는|이|가|을|를|의|에|도|로|와|과|랑|요|죠)$/,
    '',
  )
  return bare === '' ? word : bare
}

/** 0 for different words, 1 for the same, between for the same beginning of at least three letters. */
function likeness(word: string, other: string): number {
  if (word === other) return 1
  const [a, b] = [word.normalize('NFD'), other.normalize('NFD')]
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  return same < 3 ? 0 : same / Math.max(a.length, b.length)
}

/** 제 생일 is not answered with 동생 생일은 …. */
function sameOwner(question: string, note: string): boolean {
  const relative = /동생|언니|오빠|누나|엄마|아빠|어머니|아버지|친구|강아지|고양이|아들|딸|남편|아내|sister|brother/i
  return relative.exec(question)?.[0] === relative.exec(note)?.[0]
}
