import bank from './quiz-bank.json' with { type: 'json' }
import type { Random } from './random.ts'

/** A question whose answer is certain: nothing that changes, nothing that is disputed. */
export interface BankQuestion {
  readonly level: 'easy' | 'medium' | 'hard'
  readonly question: string
  /** The right one first, then five that are wrong. */
  readonly choices: readonly [string, ...string[]]
  readonly explanation: string
}

/** `topics`: words of a topic that these questions are about, as a regular expression; the first subject is general knowledge. */
const subjects = bank.subjects.map(({ topics, questions }) => ({
  topics: new RegExp(topics, 'i'),
  questions: questions as unknown as readonly BankQuestion[],
}))
const general = subjects[0]?.questions ?? []

/**
 * The questions about a topic, those of the level first: `own` is about it, `others` can be asked
 * whatever the topic. `own` is empty for a topic the bank does not know.
 */
export function bankQuestions(
  topic: string,
  level: BankQuestion['level'],
  random: Random,
): { own: BankQuestion[]; others: BankQuestion[] } {
  const own = subjects.filter(({ topics }) => topics.test(topic)).flatMap(({ questions }) => questions)
  const others = subjects.flatMap(({ questions }) => questions)
  const rank = (question: BankQuestion) => Math.abs(levels.indexOf(question.level) - levels.indexOf(level))
  const inOrder = (questions: readonly BankQuestion[]) => random.shuffled(questions).sort((a, b) => rank(a) - rank(b))
  const rest = others.filter((question, index) => !own.includes(question) && others.indexOf(question) === index)
  return {
    own: inOrder(own),
    others: [
      ...inOrder(rest.filter(one => general.includes(one))),
      ...inOrder(rest.filter(one => !general.includes(one))),
    ],
  }
}

const levels = ['easy', 'medium', 'hard']
