import { isDigit, isHangul, isLatin } from './folded.ts'

export interface FoundNumber {
  /** Without separators and leading zeros: `1,500` is `1500`. */
  readonly value: string
  readonly start: number
  readonly end: number
  /** Whether it surely counts something: `두 번` does, `한` need not. */
  readonly counts: boolean
}

/** Numbers in digits. A comma between digits is no part of the value; digits inside a Latin word (`mp3`) are no number. */
export function numbersOf(folded: string): FoundNumber[] {
  const numbers: FoundNumber[] = []
  for (let start = 0; start < folded.length; start++) {
    if (!isDigit(folded.charCodeAt(start))) continue
    let end = start + 1
    while (end < folded.length && (isDigit(folded.charCodeAt(end)) || isSeparator(folded, end))) end++
    const value = folded
      .slice(start, end)
      .replaceAll(',', '')
      .replace(/^0{1,30}(?=\d)/, '')
    if (!isLatin(folded.charCodeAt(start - 1))) numbers.push({ value, start, end, counts: true })
    start = end
  }
  return numbers
}

function isSeparator(folded: string, index: number): boolean {
  return (
    ',.'.includes(folded.charAt(index)) &&
    isDigit(folded.charCodeAt(index - 1)) &&
    isDigit(folded.charCodeAt(index + 1))
  )
}

const spelled: Record<string, string> = {
  하나: '1',
  한: '1',
  둘: '2',
  두: '2',
  셋: '3',
  세: '3',
  넷: '4',
  네: '4',
  다섯: '5',
  여섯: '6',
  일곱: '7',
  여덟: '8',
  아홉: '9',
  열: '10',
}
const units = [
  '번',
  '명',
  '개',
  '가지',
  '차례',
  '편',
  '권',
  '시간',
  '회',
  '주',
  '달',
  '단계',
  '사람',
  '곳',
  '쪽',
  '장',
  '줄',
  '가족',
  '모둠',
  '해',
]
/** Those that may be other words: 한 편 is also "on the one hand", 열 is heat. */
const doubtful = new Set(['한', '하나', '열', '네'])

/** Numbers from 1 to 10 in words, where a word begins: 하나 ... 열, and before what they count 한, 두, 세, 네. */
export function spelledNumbers(folded: string): FoundNumber[] {
  const numbers: FoundNumber[] = []
  for (let start = 0; start < folded.length; start++) {
    if (!isHangul(folded.charCodeAt(start)) || isHangul(folded.charCodeAt(start - 1))) continue
    const word = [2, 1].map(length => folded.slice(start, start + length)).find(part => Object.hasOwn(spelled, part))
    if (word === undefined) continue
    const end = start + word.length
    const rest = folded.slice(end, end + 3)
    const counted = units.some(unit => rest.startsWith(` ${unit}`) || rest.startsWith(unit))
    const alone = !isHangul(rest.charCodeAt(0)) || '이을를은도과의로'.includes(rest.charAt(0))
    if (!counted && !(alone && word.length === 2) && !(alone && '둘셋넷열'.includes(word))) continue
    numbers.push({ value: spelled[word] ?? '', start, end, counts: counted && !doubtful.has(word) })
  }
  return numbers
}
