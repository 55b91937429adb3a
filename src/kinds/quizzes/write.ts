import type { ChatMessage, Completion, JsonFormat } from '../../ai/completion.ts'
import { fixedBound } from '../../ai/text-bound.ts'
import type { OutputContext, OutputResult } from '../../tasks/kind.ts'
import { classifyCompletion } from '../../tasks/run/classify-completion.ts'
import type { Usage } from '../../tasks/task.ts'
import { type Question, questionChunk, validQuestion, withdrawnChunk } from './question.ts'
import { QuestionReader } from './question-reader.ts'

/** What the user asks for. */
export interface QuizRequest {
  topic: string
  material?: string
  questionCount: number
  difficulty: 'easy' | 'medium' | 'hard'
  /** The number of choices in each question. */
  choices: number
}

/** The words that ask a model. */
export interface QuizPrompts {
  /** @param request `have`: the questions that exist, none of which may be asked again */
  quizPrompt(request: QuizRequest & { have?: readonly string[] }): ChatMessage[]
  quizFormat(request: { questionCount: number; choices: number }): JsonFormat
}

/** Besides the first attempt. */
const maxRepairs = 2

/** The bound of one answer: twenty questions fit, each as long as one may be. */
const bound = fixedBound(80_000)

/** After these outcomes the missing questions are asked for; any other outcome would come again. */
const mendable = new Set<Completion['outcome']>(['completed', 'length', 'truncated', 'stalled', 'broken', 'other'])

/**
 * Writes the questions of a quiz. Each goes to the log as soon as it is complete and valid, without its answer: readers of
 * the log have yet to take the quiz.
 *
 * The writer asks again for as many questions as are invalid, cut off or missing, at most twice, and ignores questions beyond
 * the number. It withdraws questions that turn out to be drafted while the model reasoned. It ends as `completed` with all
 * questions, as `incomplete` with some or as `failed` with none; then the error is that of the last completion, or
 * `invalid` if it had none. `result` is `{ questions }`.
 */
export async function writeQuiz(
  input: QuizRequest,
  context: OutputContext,
  { quizPrompt, quizFormat }: QuizPrompts,
): Promise<OutputResult> {
  const { questionCount, choices } = input
  const questions: Question[] = []
  const ask = (missing: number) => {
    let reader = new QuestionReader()
    const have = questions.map(({ question }) => question)
    return context.complete({
      messages: quizPrompt({ ...input, questionCount: missing, ...(have.length > 0 && { have }) }),
      format: quizFormat({ questionCount: missing, choices }),
      bound,
      onDelta(delta, voids) {
        if (voids) {
          reader = new QuestionReader()
          for (const draft of questions.splice(have.length)) context.append(withdrawnChunk(draft))
        }
        for (const raw of reader.push(delta)) {
          if (questions.length === questionCount) return
          const read = validQuestion(raw, { choices, known: questions })
          if (read.kind === 'invalid') continue
          questions.push(read.question)
          context.append(questionChunk(read.question))
        }
      },
    })
  }

  let completion = await ask(questionCount)
  let usage = completion.usage
  for (let repairs = 0; repairs < maxRepairs; repairs++) {
    if (questions.length === questionCount || !mendable.has(completion.outcome)) break
    completion = await ask(questionCount - questions.length)
    usage = sum(usage, completion.usage)
  }
  return {
    ...ended(completion, questions.length, questionCount),
    usage,
    ...(questions.length > 0 && { result: { questions } }),
  }
}

function ended(completion: Completion & { text: string }, count: number, asked: number): OutputResult {
  if (completion.outcome === 'aborted') return { status: 'cancelled' }
  if (count === asked) return { status: 'completed', finishReason: 'stop' }
  const { finishReason, error } = classifyCompletion(completion, completion.text !== '' || count > 0)
  return {
    status: count > 0 ? 'incomplete' : 'failed',
    finishReason: completion.outcome === 'completed' ? undefined : finishReason,
    error: error ?? { code: 'invalid', detail: `The model wrote ${count} of ${asked} questions that can be used.` },
  }
}

function sum(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (!one || !other) return one ?? other
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...((one.estimated || other.estimated) && { estimated: true }),
  }
}
