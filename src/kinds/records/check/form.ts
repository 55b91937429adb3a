import type { Found } from './finding.ts'
import { isHangul } from './folded.ts'
import { Lexicon } from './lexicon.ts'
import { nominalEnding, presentNominal } from './nominal.ts'
import { Place, type Work } from './place.ts'
import type { RuleId } from './rules.ts'
import type { Sentence } from './sentences.ts'

interface FormWords {
  readonly rule: RuleId
  readonly words: readonly string[]
  readonly judge: (place: Place) => { start?: number; end?: number; replacement?: string } | undefined
  /** Also inside a word. */
  readonly inside?: boolean
}

const here = {}
const forms: readonly FormWords[] = [
  {
    rule: 'student-name-subject',
    words: ['학생은', '이 학생은', '위 학생은', '본 학생은', '해당 학생은', '동 학생은'],
    judge(place) {
      const others = ['다른 ', '모든 ', '많은 ', '여러 ', '어떤 ', '각 ', '한 ', '두 ', '몇몇 ', '대부분의 ']
      if (place.rest !== '' || others.some(other => place.before(5).endsWith(other))) return undefined
      return place.after(1) === ' ' ? { end: place.end + 1, replacement: '' } : here
    },
  },
  {
    rule: 'student-name-subject',
    words: ['○', '◯', '〇'].flatMap(mark =>
      [1, 2, 3].flatMap(n => ['은', '는', '이는', '이가', '이', '가', ' 학생은'].map(end => mark.repeat(n) + end)),
    ),
    inside: true,
    judge(place) {
      if (place.rest !== '') return undefined
      let start = place.start
      while (start > place.start - 3 && '○◯〇'.includes(place.folded.charAt(start - 1))) start--
      return { start: isHangul(place.folded.charCodeAt(start - 1)) ? start - 1 : start }
    },
  },
  {
    rule: 'superlative',
    words: [
      '가장',
      '최고의',
      '최고로',
      '완벽하게',
      '완벽한',
      '완벽히',
      '항상',
      '언제나',
      '누구보다',
      '더할 나위 없이',
      '독보적인',
    ],
    judge: place => (place.rest === '' || place.word === '누구보다' ? here : undefined),
  },
  {
    rule: 'certainty',
    words: ['될 것임', '할 것임', '될 것이', '할 것이', '것으로 확신', '것이 분명'],
    judge: place =>
      place.precededBy(['반드시', '틀림없이', '분명히', '확실히', '꼭 '], 40) || place.word.includes('확신')
        ? here
        : undefined,
  },
  { rule: 'home', words: ['집에서', '가정에서', '주말에 가족', '방학 동안 집'], judge: () => here },
]

const lexicon = new Lexicon(forms.map(({ words }) => words))

/** `subject`: only who is written of. */
export type FormScope = 'all' | 'subject' | 'none'

/** How a record is written: always `check`. */
export function findForm(
  { composed, folded, sentences }: { composed: string; folded: string; sentences: readonly Sentence[] },
  scope: FormScope,
  work: Work,
): Found[] {
  const found: Found[] = []
  if (scope === 'none' || (scope === 'subject' && !/학생은|[○◯〇]/.test(folded))) return found
  const add = (rule: RuleId, start: number, end: number, replacement?: string) =>
    found.push({ rule, strength: 'check', start, end, ...(replacement !== undefined && { replacement }) })

  for (const sentence of sentences) {
    let covered = sentence.start
    for (let start = sentence.start; start < sentence.end; start++) {
      let longest: Found | undefined
      const steps = lexicon.at(folded, start, (entry, end) => {
        const form = forms[entry]
        if (!form || start < covered || (scope === 'subject' && form.rule !== 'student-name-subject')) return
        const place = new Place(folded, start, end, sentence, work)
        const verdict = form.inside || place.startsWord ? form.judge(place) : undefined
        // A longer word comes after a shorter one.
        if (verdict) longest = { rule: form.rule, strength: 'check', start, end, ...verdict }
      })
      work.steps += steps
      if (!longest) continue
      covered = longest.end
      found.push(longest)
    }
    if (scope === 'all') endingOf(folded, sentence, add)
  }
  if (scope === 'all') {
    lineBreaks(composed, add)
    characters(composed, add)
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end)
}

type Add = (rule: RuleId, start: number, end: number, replacement?: string) => void

/** The last word of a sentence: nominal, not of the past, and with a full stop. */
function endingOf(folded: string, { start, end }: Sentence, add: Add): void {
  let last = end - 1
  let stopped = false
  while (last >= start && !isHangul(folded.charCodeAt(last)) && last > end - 12) {
    if (!` "'().!?。．,`.includes(folded.charAt(last))) return
    if ('.!?。．'.includes(folded.charAt(last))) stopped = true
    last--
  }
  if (last < start || !isHangul(folded.charCodeAt(last))) return
  let first = last
  while (first > start && first > last - 8 && isHangul(folded.charCodeAt(first - 1))) first--
  const word = folded.slice(first, last + 1)
  if (!nominalEnding(word)) add('nominal-ending', first, last + 1, presentNominal(word))
  else if (isPast(word)) add('past-tense', first, last + 1, presentNominal(word))
  if (!stopped && end - 1 === last) add('full-stop', last, last + 1, `${folded.charAt(last)}.`)
}

/** `했음`, `보였음`: ㅆ below the syllable before 음. */
function isPast(word: string): boolean {
  if (!word.endsWith('음') || word.length < 2) return false
  const before = word.charAt(word.length - 2)
  return (before.charCodeAt(0) - 0xac00) % 28 === 20 && before !== '있' && before !== '겠'
}

function lineBreaks(composed: string, add: Add): void {
  for (let index = 0; index < composed.length; index++) {
    if (isHangul(composed.charCodeAt(index)) || !'\n\r\u2028\u2029'.includes(composed.charAt(index))) continue
    let end = index + 1
    while (end < composed.length && '\n\r\u2028\u2029 '.includes(composed.charAt(end))) end++
    add('line-break', index, end, end < composed.length ? ' ' : '')
    index = end - 1
  }
}

/** Letters, digits, blanks, and what tools agree that NEIS takes. */
const allowed = /[\p{L}\p{N}\p{M} \-(),'."·%○◯〇\n\r\u2028\u2029]/u
const replacements: readonly (readonly [from: string, to: string])[] = [
  ['“”„‟«»『』《》〈〉＂', '"'],
  ['‘’‚‛「」＇′', "'"],
  ['‐‑‒–—―−－~～', '-'],
  ['・•‧ㆍ∙', '·'],
  ['\t\u00a0\u3000\u2002\u2003\u2009', ' '],
  ['，', ','],
  ['（', '('],
  ['）', ')'],
  ['。．!！', '.'],
]

function characters(composed: string, add: Add): void {
  for (let index = 0; index < composed.length; index++) {
    if (isHangul(composed.charCodeAt(index))) continue
    const character = String.fromCodePoint(composed.codePointAt(index) ?? 0)
    const end = index + character.length
    if (!allowed.test(character) || 'ㆍ'.includes(character)) {
      add('character', index, end, replacements.find(([from]) => from.includes(character))?.[1])
    }
    index = end - 1
  }
}
