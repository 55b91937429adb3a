import { clozeQuestions } from './cloze.ts'
import type { BankQuestion } from './quiz-bank.ts'
import { bankQuestions } from './quiz-bank.ts'
import { type DraftQuestion, questionKey } from './quiz-question.ts'
import type { QuizRequest } from './quiz-request.ts'
import type { Random } from './random.ts'

export interface WrittenQuestion {
  readonly question: string
  readonly choices: readonly string[]
  /** Index of the right choice, from 0. */
  readonly answer: number
  readonly explanation: string
}

/**
 * As many questions as the prompt asks for, no two alike and none that exists already: from the material's sentences, from
 * the bank's questions about the topic, and where those do not suffice from the bank's others and from sums. A question that
 * is not about the topic says that it is the demo's.
 */
export function writeQuiz(request: QuizRequest, random: Random): WrittenQuestion[] {
  const { topic, material, have, count, choices, level } = request
  const wrongCount = choices - 1
  const seen = new Set(have.map(questionKey))
  const drafts: DraftQuestion[] = []
  const take = (draft: DraftQuestion) => {
    const key = questionKey(draft.question)
    if (drafts.length === count || seen.has(key)) return
    seen.add(key)
    drafts.push(draft)
  }

  const { own, others } = bankQuestions(topic, level, random)
  for (const draft of clozeQuestions(material, wrongCount, random)) {
    if (drafts.length === count) break
    take(draft)
  }
  for (const question of own) take(draftOf(question, wrongCount, random))
  for (const question of others) take(offTopic(draftOf(question, wrongCount, random)))
  while (drafts.length < count) take(offTopic(product(wrongCount, random)))

  const places = placesOf(count, choices, random)
  return drafts.map(({ question, right, wrong, explanation }, index) => {
    const answer = places[index] ?? 0
    return { question, choices: wrong.toSpliced(answer, 0, right), answer, explanation }
  })
}

function draftOf(
  { question, choices: [right, ...wrong], explanation }: BankQuestion,
  wrongCount: number,
  random: Random,
): DraftQuestion {
  return { question, right, wrong: random.shuffled(wrong).slice(0, wrongCount), explanation }
}

function offTopic(draft: DraftQuestion): DraftQuestion {
  return { ...draft, question: `[데모 모델의 상식 문제] ${draft.question}` }
}

/** There are over 8,000 of these: more than any quiz has. */
function product(wrongCount: number, random: Random): DraftQuestion {
  const [a, b] = [Math.floor(random.next() * 90) + 10, Math.floor(random.next() * 90) + 10]
  const right = a * b
  const offsets = random.shuffled([-20, -10, -2, 2, 10, 20, a, -a, b, -b])
  const wrong = [...new Set(offsets.map(offset => right + offset))].slice(0, wrongCount).map(String)
  return {
    question: `${a} × ${b}의 값은 얼마인가요?`,
    right: `${right}`,
    wrong,
    explanation: `${a} × ${b} = ${right}입니다.`,
  }
}

/** The position of the right choice: every position as often as any other, in no order. */
function placesOf(count: number, choices: number, random: Random): number[] {
  const all = Array.from({ length: choices }, (_, place) => place)
  return Array.from({ length: Math.ceil(count / choices) }, () => random.shuffled(all)).flat()
}
