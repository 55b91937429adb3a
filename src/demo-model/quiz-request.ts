import { blockNamed, type Prompt } from './prompt.ts'
import { isObject, type JsonSchema, type ResponseFormat } from './response-format.ts'

/** What the demo model reads from a prompt for a quiz. */
export interface QuizRequest {
  readonly topic: string
  readonly material: string
  /** Questions that must not come again. */
  readonly have: readonly string[]
  readonly count: number
  readonly choices: number
  readonly level: 'easy' | 'medium' | 'hard'
}

const maxQuestions = 100
/** Each question of the bank has this many. */
const maxChoices = 6

/**
 * Reads a prompt as a request for a quiz in JSON; undefined when it is none, or when it asks for other JSON.
 *
 * The schema gives the number of questions and choices where there is one, else words such as `문제를 5개` and
 * `선택지는 정확히 4개`.
 */
export function readQuizRequest(prompt: Prompt, format: ResponseFormat): QuizRequest | undefined {
  const { rules, asked, blocks } = prompt
  const text = blocks.length > 0 ? rules : `${rules}\n${asked.slice(0, 2000)}`
  const wanted = numbersIn(text)
  if (format.type === 'json_schema') {
    const limits = quizLimits(format.schema)
    if (limits === undefined) return undefined
    const count = within(wanted.count, limits.questions)
    const choices = within(wanted.choices, limits.choices)
    if (count > maxQuestions || choices > maxChoices || choices < 1) return undefined
    return { ...dataOf(prompt, text), count, choices }
  }
  const wantsJson = format.type === 'json_object' || /json/i.test(rules)
  if (!wantsJson || !/퀴즈|문제|quiz/i.test(text)) return undefined
  return {
    ...dataOf(prompt, text),
    count: within(wanted.count, { least: 1, most: maxQuestions }),
    choices: within(wanted.choices, { least: 2, most: maxChoices }),
  }
}

function dataOf({ asked, blocks }: Prompt, text: string): Pick<QuizRequest, 'topic' | 'material' | 'have' | 'level'> {
  const level = /난이도[^\n가-힣]{0,4}(쉬움|보통|어려움)/.exec(text)?.[1] ?? ''
  return {
    topic: blockNamed(blocks, '주제') || asked.slice(0, 200),
    material: blockNamed(blocks, '자료'),
    have: blockNamed(blocks, '이미 있는')
      .split('\n')
      .filter(line => line !== ''),
    level: level === '쉬움' ? 'easy' : level === '어려움' ? 'hard' : 'medium',
  }
}

function numbersIn(text: string): { count: number; choices: number } {
  const count =
    /문제(?:를|는)? ?(\d{1,3}) ?개|퀴즈(?:를|는)? ?(\d{1,3}) ?(?:개|문제)|(\d{1,3}) ?(?:개의 문제|문제|questions)/.exec(
      text,
    )
  const choices = /(?:선택지|보기)(?:는|가|를)? ?(?:정확히 )?(\d{1,2}) ?개|(\d{1,2}) ?(?:지선다|지 선다|choices)/.exec(
    text,
  )
  const number = (match: RegExpExecArray | null, otherwise: number) =>
    Number(match?.slice(1).find(Boolean) ?? otherwise)
  return { count: number(count, 5), choices: number(choices, 4) }
}

interface Limits {
  readonly least: number
  readonly most: number
}

function within(value: number, { least, most }: Limits): number {
  return Math.max(least, Math.min(most, value))
}

/** `{questions: [{question, choices: [text], answer: index, explanation?}]}`; undefined for any other schema. */
function quizLimits(schema: JsonSchema): { questions: Limits; choices: Limits } | undefined {
  const questions = propertiesOf(schema).questions
  if (!isObject(questions) || questions.type !== 'array' || !isObject(questions.items)) return undefined
  const { question, choices, answer, explanation = { type: 'string' } } = propertiesOf(questions.items)
  if (!hasType(question, 'string') || !hasType(choices, 'array') || !hasType(explanation, 'string')) return undefined
  if (!hasType(answer, 'integer') || Number(answer.minimum ?? 0) > 0 || !hasType(choices.items, 'string'))
    return undefined
  return { questions: itemLimits(questions), choices: itemLimits(choices) }
}

function hasType(schema: unknown, type: string): schema is JsonSchema {
  return isObject(schema) && schema.type === type
}

export function propertiesOf(schema: JsonSchema): Readonly<Record<string, unknown>> {
  return isObject(schema.properties) ? schema.properties : {}
}

function itemLimits({ minItems, maxItems }: JsonSchema): Limits {
  return { least: Number(minItems ?? 1), most: Number(maxItems ?? Number.POSITIVE_INFINITY) }
}
