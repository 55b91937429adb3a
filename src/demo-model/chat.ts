import type { ChatMessage } from './chat-request.ts'
import { noted } from './note-taking.ts'
import { type Notes, noNotes, readNotes } from './notes.ts'
import type { Prompt } from './prompt.ts'
import type { Random } from './random.ts'
import { bare, sentencesOf } from './sentences.ts'
import { type Utterance, utteranceOf } from './utterance.ts'

/** A turn of a conversation, as the writers of replies see it. */
export interface Chat {
  /** The sentences of the last message, with their punctuation. */
  readonly sentences: readonly string[]
  /** The sentence to answer, and what it does. */
  readonly main: string
  readonly kind: Utterance
  /** What was said before the last message, from the summary and the history. */
  readonly notes: Notes
  /** The messages before the last one, of the user and the assistant, the oldest first. */
  readonly history: readonly ChatMessage[]
  readonly random: Random
}

export function readChat({ messages, asked, memory }: Prompt, random: Random): Chat {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const history = messages.slice(0, Math.max(0, last)).filter(({ role }) => role === 'user' || role === 'assistant')
  const summary = memory.find(({ title }) => title.includes('요약') || /summary/i.test(title))?.text
  const sentences = sentencesOf(asked, 40)
  const main = mainOf(sentences)
  return {
    sentences,
    main,
    kind: utteranceOf(main),
    notes: noted(summary === undefined ? noNotes : readNotes(summary), history),
    history,
    random,
  }
}

/** The last question or request, if it says anything by itself; else the longest sentence. */
function mainOf(sentences: readonly string[]): string {
  const wanting = sentences.findLast(
    sentence => ['question', 'request'].includes(utteranceOf(sentence)) && bare(sentence).length > 3,
  )
  return wanting ?? sentences.reduce((longest, next) => (next.length > longest.length ? next : longest), '')
}
