import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { summaryPrompt } from '../../src/kinds/conversations/prompt.ts'
import { emphases } from '../../src/kinds/records/prompt.ts'
import { startUpstream, type UpstreamCompletion } from '../support/upstream.ts'
import { between, chance, oneOf } from './chance.ts'
import type { Story } from './story.ts'

/** One answer of the model, as it was sent. */
export interface Answer {
  /** Begins its text, and each of its questions: so a saved text names its answer. */
  number: number
  /** The number that the request's text has in it; none in a summary's. */
  request: number | undefined
  /** Of the record's versions; else 0. */
  output: number
  /** The instance that asked, by the port at which it asked. */
  port: number
  /** The whole text, written or not. */
  text: string
  questions: { question: string; choices: string[] }[]
  /** How it ended; `open` while it is written, `left` when the client had disconnected. */
  end: 'open' | 'stop' | 'length' | 'truncated' | 'refused' | 'left'
}

/** Puts its number into the text of a request, where the model finds it. */
export function numbered(request: number, text: string): string {
  return `요청 ${request}번: ${text}`
}

/** Number of the answer that a text begins with. */
export function answerNumber(text: string): number | undefined {
  const [, number] = /^〔(\d+)〕/.exec(text) ?? []
  return number === undefined ? undefined : Number(number)
}

/** Requests that never get an answer. */
export function doomed(request: number): boolean {
  return request % 29 === 0
}

const summarising = summaryPrompt({ messages: [] })[0]?.content

/** A model that writes unique texts, at the pace of a real one, and records them. Now and then it fails. */
export class RecordingModel {
  readonly baseUrl: string
  readonly answers: Answer[]

  private constructor(baseUrl: string, answers: Answer[]) {
    this.baseUrl = baseUrl
    this.answers = answers
  }

  static async start(t: Pick<Test, 'teardown'>, story: Story): Promise<RecordingModel> {
    const answers: Answer[] = []
    const { baseUrl } = await startUpstream(t, async completion => {
      const answer = answerTo(completion, answers.length)
      answers.push(answer)
      const note = (what: string) =>
        story.note(`answer ${answer.number} (output ${answer.output}) to ${answer.port}: ${what}`, answer.request ?? 0)
      note('begun')
      completion.response.once('close', () => {
        if (answer.end === 'open') answer.end = 'left'
        note(answer.end)
      })
      await write(completion, answer)
    })
    return new RecordingModel(baseUrl, answers)
  }

  /** Requests whose text is being written now, received at this port. */
  open(port: number): number[] {
    const open = this.answers.filter(answer => answer.port === port && answer.end === 'open')
    return [...new Set(open.flatMap(({ request }) => request ?? []))]
  }
}

function answerTo({ request, body, system }: UpstreamCompletion, number: number): Answer {
  const asked = body.messages.at(-1)?.content ?? ''
  const [, of] = /요청 (\d+)번/.exec(asked) ?? []
  const emphasis = emphases.findIndex(({ ko }) => system.includes(`[강조] ${ko}:`))
  const count = body.response_format?.json_schema?.schema.properties.questions.maxItems
  const questions = Array.from({ length: count ?? 0 }, (_, index) => ({
    question: `〔${number}〕${words(5).join('')} ${index}?`,
    choices: ['가', '나', '다', '라'].map(letter => `${letter} ${words(2).join('').trim()}`),
  }))
  const text =
    count === undefined ? words(between(20, 150)).join('') : JSON.stringify({ questions: questions.map(full) })
  return {
    number,
    request: system === summarising || of === undefined ? undefined : Number(of),
    output: Math.max(0, emphasis),
    port: Number(request.headers.host?.split(':')[1]),
    text: count === undefined ? `〔${number}〕${text}` : text,
    questions,
    end: 'open',
  }
}

function full(question: { question: string; choices: string[] }) {
  return { ...question, answer: 0, explanation: '해설' }
}

async function write(completion: UpstreamCompletion, answer: Answer): Promise<void> {
  const { response } = completion
  const finish = (end: Answer['end'], write: () => void) => {
    if (answer.end !== 'open') return
    answer.end = end
    write()
  }
  if ((answer.request !== undefined && doomed(answer.request)) || chance(0.04))
    return finish('refused', () => response.writeHead(500).end())
  const paceMs = between(20, 60)
  const tokens = answer.text.match(/^〔\d+〕|.{1,4}/gsu) ?? []
  const reason = chance(0.92) ? 'stop' : oneOf(['length', 'truncated'] as const)
  const length = reason === 'truncated' ? between(1, tokens.length) : tokens.length
  for (const token of tokens.slice(0, length)) {
    if (answer.end !== 'open') return
    completion.delta(token)
    await delay(paceMs * (0.5 + Math.random()))
  }
  finish(reason, () => (reason === 'truncated' ? response.end() : completion.finish(reason)))
}

const syllables = '가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후'
const letters = 'abcdefghijklmnopqrstuvwxyz'

function words(count: number): string[] {
  return Array.from({ length: count }, () => {
    const alphabet = chance(0.7) ? syllables : letters
    const word = Array.from({ length: between(1, 6) }, () => oneOf(Array.from(alphabet))).join('')
    return chance(0.05) ? `${word}🙂 ` : `${word} `
  })
}
