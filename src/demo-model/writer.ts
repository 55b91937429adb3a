import { readChat } from './chat.ts'
import type { ChatMessage } from './chat-request.ts'
import { writeChatReply } from './chat-writer.ts'
import { jsonInstance } from './json-instance.ts'
import { type Prompt, readPrompt } from './prompt.ts'
import { propertiesOf, type QuizRequest, readQuizRequest } from './quiz-request.ts'
import { writeQuiz } from './quiz-writer.ts'
import { type Random, seededRandom } from './random.ts'
import { readRecordRequest } from './record-request.ts'
import { writeRecord } from './record-writer.ts'
import { isObject, type JsonSchema, type ResponseFormat } from './response-format.ts'
import { readReviewRequest } from './review-request.ts'
import { writeReview } from './review-writer.ts'
import { readSummaryRequest, writeSummary } from './summary-writer.ts'

/**
 * The answer of the demo model: a student record, a review of a diary, a summary or a quiz when the chat asks for one, else
 * the next turn of a conversation; JSON when a format is given.
 *
 * The same messages always get the same answer, so a retry shows what it would have shown. Never empty for a request
 * with room for a sentence; never longer than the size a record prompt allows.
 *
 * Throws `ApiError` with 400 for a schema that nothing can be written for.
 */
export function writeReply(messages: readonly ChatMessage[], format: ResponseFormat = { type: 'text' }): string {
  const random = seededRandom(messages.map(({ role, content }) => `${role}\n${content}`).join('\n\n'))
  const prompt = readPrompt(messages)
  const quiz = readQuizRequest(prompt, format)
  if (quiz !== undefined) return JSON.stringify(quizIn(format, quiz, random))
  if (format.type === 'json_schema') return JSON.stringify(jsonInstance(format.schema))
  const text = textFor(prompt, random)
  return format.type === 'json_object' ? JSON.stringify({ reply: text }) : text
}

function textFor(prompt: Prompt, random: Random): string {
  const record = readRecordRequest(prompt)
  if (record !== undefined) return writeRecord(record, random)
  const review = readReviewRequest(prompt)
  if (review !== undefined) return writeReview(review, random)
  const summary = readSummaryRequest(prompt)
  if (summary !== undefined) return writeSummary(summary)
  return writeChatReply(readChat(prompt, random))
}

/** The quiz, with the other members that the schema requires, and none that it does not know. */
function quizIn(format: ResponseFormat, request: QuizRequest, random: Random): object {
  const questions = writeQuiz(request, random)
  if (format.type !== 'json_schema') return { questions }
  const items = (propertiesOf(format.schema).questions as { items: JsonSchema }).items
  const known = propertiesOf(items)
  return {
    ...requiredIn(format.schema, format.schema),
    questions: questions.map(question => ({
      ...requiredIn(format.schema, items),
      ...Object.fromEntries(Object.entries(question).filter(([name]) => name in known)),
    })),
  }
}

/** What a part of the schema requires besides the questions, as small as it may be. */
function requiredIn(root: JsonSchema, schema: JsonSchema): object {
  const required = Array.isArray(schema.required) ? schema.required.filter(name => name !== 'questions') : []
  const instance = jsonInstance(root, { ...schema, required })
  return isObject(instance) ? instance : {}
}
