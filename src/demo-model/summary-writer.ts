import { isFact } from './facts.ts'
import { noted } from './note-taking.ts'
import { fitted, notesText, readNotes } from './notes.ts'
import type { Prompt } from './prompt.ts'

/** What the demo model reads from a prompt for the summary of a conversation. */
export interface SummaryRequest {
  /** The previous summary; '' for the first. */
  readonly previous: string
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[]
  /** The new summary must not be longer, in characters. */
  readonly maxChars: number
}

/**
 * Reads a prompt as a request to summarise a conversation; undefined when it is none. Blocks are the previous summary
 * and the messages, by their titles; without blocks the last message is what the user said.
 */
export function readSummaryRequest({ rules, asked, blocks }: Prompt): SummaryRequest | undefined {
  if (!/대화[를을]?[^.\n]{0,12}요약(?:한다|하|해)/.test(rules)) return undefined
  const isPrevious = (title: string) => title.includes('요약')
  const limit = /(\d{2,5})\s?자(?:를|를 넘| 이내| 이하)/.exec(rules)?.[1]
  return {
    previous: blocks.find(({ title }) => isPrevious(title))?.text ?? '',
    messages:
      blocks.length === 0
        ? [{ role: 'user', content: asked }]
        : blocks
            .filter(({ title }) => !isPrevious(title))
            .map(({ title, text }) => ({
              role: /도우미|AI|assistant/i.test(title) ? 'assistant' : 'user',
              content: text,
            })),
    maxChars: Number(limit ?? 600),
  }
}

/**
 * The new summary: what the previous one holds and what the messages add, facts about the user before all else. The
 * oldest details are dropped first; what the user stated about themselves in the first turn is still there after many.
 */
export function writeSummary({ previous, messages, maxChars }: SummaryRequest): string {
  return notesText(fitted(noted(readNotes(previous), messages), maxChars, isFact))
}
