import { enough, type TextReader } from './completion.ts'

/** How long a text may become. A model that writes more is stopped, whether it repeats itself or a user made it do so. */
export interface TextBound {
  /** In the units of `size`. */
  readonly limit: number
  /** UTF-16 units by default. For a text in pieces, the sum. */
  readonly size?: (text: string) => number
  /** The provider stops after this many tokens, for a model whose thinking and not whose text is endless. */
  readonly maxOutputTokens: number
}

/**
 * Tokens for what a model thinks: servers count it with the text, and a limit of the text alone would leave models that think
 * first without any. So this server ends a text, by its characters, and the provider ends the rest.
 */
export const thinkingTokens = 16_384

/** Tokens of a text that fits into `maxChars`, in the languages and tokenizers of today. Few models write more in one answer. */
const maxTokens = 32_768

/** The same for every input. */
export function fixedBound(maxChars: number): TextBound {
  return { limit: maxChars, maxOutputTokens: maxTokens }
}

/** Passes on the text within the bound, then returns `enough`. The last piece is cut between two characters. */
export function bounded({ limit, size = length }: TextBound, onDelta: TextReader): TextReader {
  let left = limit
  return (text, voids) => {
    if (voids) left = limit
    const taken = size(text)
    if (taken <= left) {
      left -= taken
      return onDelta(text, voids)
    }
    const fitting = beginning(text, left, size)
    left = 0
    if (fitting !== '' || voids) onDelta(fitting, voids)
    return enough
  }
}

function length(text: string): number {
  return text.length
}

function beginning(text: string, limit: number, size: (text: string) => number): string {
  let end = 0
  let left = limit
  for (const character of text) {
    left -= size(character)
    if (left < 0) break
    end += character.length
  }
  return text.slice(0, end)
}
