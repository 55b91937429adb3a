import { folded } from './model-text.ts'

/**
 * The index of the choice that a model named as the right one: by its index, as the prompt asks, or in a string by its index,
 * its letter ("B", "b)", "(B)") or its text. `undefined` if the answer names none or is ambiguous: a model that counts
 * from 1 cannot be distinguished from one that counts from 0, and "2" may be an index or the text of a choice.
 */
export function answerIndex(answer: unknown, choices: readonly string[]): number | undefined {
  const named = new Set(typeof answer === 'string' ? readings(answer.trim(), choices) : [answer])
  const indexes = Array.from(choices.keys()).filter(index => named.has(index))
  return indexes.length === 1 ? indexes[0] : undefined
}

function readings(answer: string, choices: readonly string[]): number[] {
  const byText = Array.from(choices.keys()).filter(index => folded(choices[index] ?? '') === folded(answer))
  if (/^\d$/.test(answer)) byText.push(Number(answer))
  const letter = /^\(?([a-z])[).:]?$/i.exec(answer)?.[1]
  if (letter) byText.push(letter.toLowerCase().charCodeAt(0) - 'a'.charCodeAt(0))
  return byText
}
