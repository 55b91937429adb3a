import type { ChatMessage } from './chat-request.ts'
import { factKindOf, isFact } from './facts.ts'
import type { Notes } from './notes.ts'
import { bare, clipped, sentencesOf } from './sentences.ts'
import { statedName } from './stated-name.ts'
import { utteranceOf } from './utterance.ts'

/** The longest note, in characters. */
const maxNoteChars = 60
/** At most this many notes of each kind are taken of one message. */
const perMessage = 3
/** Older messages are not read again. */
const maxMessages = 200
/** At most this many notes of each kind are kept, the newest. */
const most = { stated: 40, wanted: 4, asked: 4, answered: 3 }

/**
 * The notes with what the messages add: what the user stated, asked and wanted, and what was answered. A newer note replaces
 * an older one that says something else about the same thing (a place, a name).
 */
export function noted(notes: Notes, messages: readonly Pick<ChatMessage, 'role' | 'content'>[]): Notes {
  let { name } = notes
  const stated = [...notes.stated]
  const wanted = [...notes.wanted]
  const asked = [...notes.asked]
  const answered = [...notes.answered]
  let awaiting = false

  for (const { role, content } of messages.slice(-maxMessages)) {
    const sentences = sentencesOf(content, 40)
    if (role === 'assistant') {
      const answer = awaiting ? sentences.find(sentence => !sentence.endsWith('?')) : undefined
      if (answer !== undefined) add(answered, answer, most.answered)
      awaiting = false
      continue
    }
    if (role !== 'user') continue
    const said = sentences.map(sentence => ({ sentence, kind: utteranceOf(sentence) }))
    const of = (kind: string) => said.filter(one => one.kind === kind).map(({ sentence }) => sentence)
    for (const sentence of sentences) name = statedName(bare(sentence)) ?? name

    const statements = of('statement')
    const facts = statements.filter(isFact)
    const kept = [...facts, ...statements.filter(sentence => !facts.includes(sentence))].slice(0, perMessage)
    for (const sentence of statements.filter(statement => kept.includes(statement))) {
      if (!onlyName(sentence)) add(stated, sentence, most.stated)
    }
    for (const sentence of of('request').slice(0, perMessage)) add(wanted, sentence, most.wanted)
    for (const sentence of of('question').slice(0, perMessage)) add(asked, sentence, most.asked)
    awaiting = said.some(({ kind }) => kind === 'question' || kind === 'request')
  }
  return { others: notes.others, stated, wanted, asked, answered, ...(name !== undefined && { name }) }
}

/** Adds a note; an older one that it repeats or replaces goes. */
function add(list: string[], sentence: string, most: number): void {
  const ending = sentence.trimEnd().endsWith('?') ? '?' : ''
  const note = clipped(bare(sentence).replace(/[.!?…]+(?=\s)/g, ','), maxNoteChars) + ending
  const kind = factKindOf(note)
  const replaced = list.findIndex(old => old === note || (kind !== undefined && factKindOf(old) === kind))
  if (replaced >= 0) list.splice(replaced, 1)
  if (note !== ending) list.push(note)
  if (list.length > most) list.shift()
}

/** 제 이름은 지민이에요: the name is kept by itself. */
function onlyName(sentence: string): boolean {
  const text = bare(sentence)
  return statedName(text) !== undefined && text.length <= 30 && !/이고|이며|고요|\band\b|,/.test(text)
}
