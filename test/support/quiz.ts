import type { Transcript } from './transcript.ts'
import type { UpstreamCompletion } from './upstream.ts'

export interface QuizBody {
  id: string
  topic: string
  difficulty: string
  questionCount: number
  status: string
  createdAt: string
  questions: { index: number; question: string; choices: string[]; answer?: number; explanation?: string }[]
  attempts: { id: string; score: number; total: number; answers: (number | null)[]; createdAt: string }[]
}

/** A question as a model writes it; each number makes another one. Its explanation says SECRET. */
export function question(number: number, choices = 4) {
  return {
    question: `질문 ${number}?`,
    choices: Array.from({ length: choices }, (_, index) => `선택지 ${number}-${index}`),
    answer: number % choices,
    explanation: `SECRET 해설 ${number}`,
  }
}

/** The same as its reader sees it before the quiz was taken. */
export function shown(number: number, index: number) {
  const { question: text, choices } = question(number)
  return { index, question: text, choices }
}

/** The JSON of a quiz with these questions. */
export function quizJson(...questions: object[]): string {
  return JSON.stringify({ questions })
}

/** The questions that a reader shows: of each id the newest since the last restart, unless it is withdrawn. */
export function questionsIn({ chunks }: Pick<Transcript, 'chunks'>): { question?: string; choices?: string[] }[] {
  const current = chunks.slice(chunks.findLastIndex(({ type }) => type === 'data-reset') + 1)
  const questions = new Map(current.flatMap(({ type, id, data }) => (type === 'data-question' ? [[id, data]] : [])))
  return Array.from(questions.values()).filter(data => data !== undefined && !data.withdrawn) as { question?: string }[]
}

/** How many questions the model should write. */
export function asksFor({ body }: UpstreamCompletion): number | undefined {
  return body.response_format?.json_schema?.schema.properties.questions.maxItems
}
