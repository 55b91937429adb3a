import type { KindChunk } from '../../tasks/kind.ts'
import { answerIndex } from './answer-index.ts'
import { folded, modelText } from './model-text.ts'
import type { RawQuestion } from './question-reader.ts'

export interface Question {
  /** Its position in the quiz, from 0. */
  index: number
  question: string
  choices: string[]
  /** The index of the one right choice. */
  answer: number
  explanation: string
}

/** In UTF-16 units. */
const maxLengths = { question: 500, choice: 200, explanation: 1000 }

/**
 * Makes the next question, after those that are `known`, from what a model wrote. A valid question was not asked before, has
 * as many choices as the user asked for, all different, one of them named as the answer, and an explanation.
 * `reason` says what is wrong and repeats nothing that the model wrote.
 */
export function validQuestion(
  raw: RawQuestion,
  { choices: count, known }: { choices: number; known: readonly Question[] },
): { kind: 'valid'; question: Question } | { kind: 'invalid'; reason: string } {
  const listed: unknown[] = Array.isArray(raw.choices) ? raw.choices : []
  if (listed.length !== count) return invalid(`${listed.length} choices instead of ${count}`)
  const question = modelText(raw.question)
  const choices = listed.map(modelText)
  const explanation = modelText(raw.explanation)
  const flaw =
    flawOf('the question', question, maxLengths.question) ??
    choices.map((choice, index) => flawOf(`choice ${index}`, choice, maxLengths.choice)).find(Boolean) ??
    flawOf('the explanation', explanation, maxLengths.explanation)
  if (flaw) return invalid(flaw)
  if (known.some(other => folded(other.question) === folded(question))) return invalid('it was asked before')
  if (new Set(choices.map(folded)).size < count) return invalid('two choices are the same')
  const answer = answerIndex(raw.answer, choices)
  if (answer === undefined) return invalid('the answer does not name one of the choices')
  return { kind: 'valid', question: { index: known.length, question, choices, answer, explanation } }
}

/** What readers of the task's log see of a question: without its answer, since they have yet to take the quiz. */
export function questionChunk({ index, question, choices }: Question): KindChunk {
  return { type: 'data-question', id: `question-${index}`, data: { index, question, choices } }
}

/** Withdraws a question that readers have seen: there is none under this id, unless another one follows. */
export function withdrawnChunk({ index }: Question): KindChunk {
  return { type: 'data-question', id: `question-${index}`, data: { index, withdrawn: true } }
}

function flawOf(name: string, text: string, maxLength: number): string | undefined {
  if (text === '') return `${name} is blank`
  return text.length > maxLength ? `${name} is longer than ${maxLength} characters` : undefined
}

function invalid(reason: string): { kind: 'invalid'; reason: string } {
  return { kind: 'invalid', reason }
}
