import { finalOf } from './hangul.ts'
import { sentencesOf } from './sentences.ts'

/** What the demo model keeps of a conversation: short quotes, the oldest first. */
export interface Notes {
  /** The user's name. */
  readonly name?: string
  /** Sentences of a summary that this model did not write. */
  readonly others: readonly string[]
  /** What the user stated. */
  readonly stated: readonly string[]
  /** What the user asked to be done. */
  readonly wanted: readonly string[]
  readonly asked: readonly string[]
  /** What the assistant answered. */
  readonly answered: readonly string[]
}

export const noNotes: Notes = { others: [], stated: [], wanted: [], asked: [], answered: [] }

type Quotes = 'stated' | 'wanted' | 'asked' | 'answered'

const forms: readonly (readonly [quotes: Quotes, speaker: string, verb: string])[] = [
  ['stated', '사용자는', '말했다'],
  ['wanted', '사용자는', '부탁했다'],
  ['asked', '사용자는', '물었다'],
  ['answered', '도우미는', '답했다'],
]

/** The summary of empty notes. */
const nothingYet = '사용자와 도우미가 인사를 나누었다.'

/** Notes as a summary: sentences in the third person. `readNotes` gets the notes back. */
export function notesText(notes: Notes): string {
  const sentences = [
    ...notes.others,
    ...(notes.name === undefined ? [] : [`사용자의 이름은 ${notes.name}이다.`]),
    ...forms
      .filter(([quotes]) => notes[quotes].length > 0)
      .map(([quotes, speaker, verb]) => {
        const quoted = notes[quotes].map(text => `“${text}”`)
        return `${speaker} ${quoted.join(', ')}${finalOf(notes[quotes].at(-1) ?? '') ? '이라고' : '라고'} ${verb}.`
      }),
  ]
  return sentences.length === 0 ? nothingYet : sentences.join(' ')
}

const quotedSentence = /(사용자는|도우미는) ((?:“[^“”]{1,120}”(?:, )?){1,60})이?라고 (말했다|부탁했다|물었다|답했다)\./g
const nameSentence = /사용자의 이름은 ([가-힣]{1,10}?|[A-Za-z'-]{1,20})(?:이다|다|입니다)\./g

/** Reads a summary, whatever wrote it. */
export function readNotes(summary: string): Notes {
  const notes = { stated: [] as string[], wanted: [] as string[], asked: [] as string[], answered: [] as string[] }
  let name: string | undefined
  const others = summary
    .slice(0, 20_000)
    .replace(nothingYet, '')
    .replace(quotedSentence, (_, speaker: string, quotes: string, verb: string) => {
      const form = forms.find(([, by, said]) => by === speaker && said === verb)
      if (form !== undefined) notes[form[0]].push(...Array.from(quotes.matchAll(/“([^”]*)”/g), match => match[1] ?? ''))
      return ' '
    })
    .replace(nameSentence, (_, stated: string) => {
      name = stated
      return ' '
    })
  return { ...notes, others: sentencesOf(others), ...(name !== undefined && { name }) }
}

/**
 * The notes cut to what a summary may hold. The least valuable go first: answers, questions, small things,
 * the oldest of each before the newer ones; facts about the user go last, the name never.
 */
export function fitted(notes: Notes, maxChars: number, isFact: (text: string) => boolean): Notes {
  const facts = notes.stated.filter(isFact)
  const details = notes.stated.filter(text => !isFact(text))
  const [others, wanted, asked, answered] = [
    [...notes.others],
    [...notes.wanted],
    [...notes.asked],
    [...notes.answered],
  ]
  const left = (): Notes => ({
    ...notes,
    others,
    stated: notes.stated.filter(text => facts.includes(text) || details.includes(text)),
    wanted,
    asked,
    answered,
  })
  // The newest of each kind stays as long as there is something else to drop.
  const order: readonly (readonly [list: string[], spared: number])[] = [
    [answered, 1],
    [asked, 1],
    [details, 2],
    [wanted, 2],
    [answered, 0],
    [asked, 0],
    [details, 0],
    [wanted, 0],
    [others, 0],
    [facts, 1],
  ]
  for (const [list, spared] of order) while (list.length > spared && notesText(left()).length > maxChars) list.shift()
  return left()
}
