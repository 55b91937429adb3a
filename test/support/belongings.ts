import { createECDH, randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { emphases } from '../../src/kinds/records/prompt.ts'
import { anyRecord } from './any-record.ts'
import { question, quizJson } from './quiz.ts'
import type { startSolapi } from './solapi.ts'
import { asksForSummary, Talk } from './talk.ts'
import type { Script } from './upstream.ts'
import type { Visitor } from './visitor.ts'

/** Offers every notification channel, so that every table has rows. */
export function everyChannel(
  api: Awaited<ReturnType<typeof startSolapi>>,
  account: { apiKey: string; apiSecret: string },
) {
  return {
    WEB_PUSH_CONTACT: 'mailto:operator@example.org',
    WEBHOOKS: 'true',
    SOLAPI_BASE_URL: api.url,
    SOLAPI_API_KEY: account.apiKey,
    SOLAPI_API_SECRET: account.apiSecret,
    SOLAPI_SENDER: '0212345678',
  }
}

/** Writes two words (in a record with marks, which are not saved), a quiz or a summary; refuses a prompt with REFUSE in it. */
export const anything: Script = completion => {
  const asked = JSON.stringify(completion.body.messages)
  if (asked.includes('REFUSE')) completion.response.writeHead(400, { 'content-type': 'application/json' }).end('{}')
  else if (completion.body.response_format) completion.delta(quizJson(question(1))).finish()
  else if (emphases.some(({ instruction }) => asked.includes(instruction))) completion.delta('**바다**', ' 글').finish()
  else completion.delta(asksForSummary(completion) ? '요약' : '바다', ' 글').finish()
}

export async function writtenRecord(visitor: Visitor, marker: string): Promise<string> {
  const id = await visitor.record({ ...anyRecord, subject: `${marker} 과목`, label: `${marker} 표지`, versions: 2 })
  await visitor.finished(id)
  return id
}

export async function writtenReview(visitor: Visitor, body: string): Promise<string> {
  const id = await visitor.submit('/api/reviews', { body, type: 'FEELING' })
  await visitor.finished(id)
  return id
}

export async function madeQuiz(visitor: Visitor, topic: string): Promise<string> {
  const id = await visitor.submit('/api/quizzes', { topic, questionCount: 1 })
  await visitor.finished(id)
  return id
}

/** A conversation with a title of its own, two turns and a summary that reaches the second. */
export async function saidConversation(visitor: Visitor, marker: string): Promise<{ talk: Talk; turns: string[] }> {
  const talk = await Talk.begin(visitor)
  const turns: string[] = []
  for (const nth of ['첫', '둘째']) {
    turns.push(await talk.say(`${marker} ${nth} 말`))
    await talk.summaryThat(({ pending }) => pending === 0)
  }
  return { talk, turns }
}

/** A webhook, a browser and a phone number. */
export async function reachable(visitor: Visitor, number: string): Promise<void> {
  const browser = createECDH('prime256v1')
  browser.generateKeys()
  const keys = { p256dh: browser.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') }
  const endpoint = `https://push.example.org/${randomBytes(8).toString('hex')}`
  for (const [method, path, body] of [
    ['PUT', '/api/webhook', { url: 'https://example.org/hook' }],
    ['POST', '/api/push-subscriptions', { endpoint, keys }],
    ['PUT', '/api/phone-number', { number }],
  ] as const) {
    const { status, body: answer } = await visitor.json(method, path, body)
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`)
  }
}

/** Everything that an owner is shown, and that does not change with time. */
export async function everythingOf(visitor: Visitor, paths: readonly string[]): Promise<Record<string, unknown>> {
  const shown: Record<string, unknown> = {}
  for (const path of paths) {
    const { status, body } = await visitor.json('GET', path)
    shown[path] = { status, body }
  }
  return shown
}

/** Waits until the owner was notified of a task without readers. */
export async function noticeOf(visitor: Visitor, taskId: string): Promise<void> {
  for (;;) {
    const { body } = await visitor.json<{ items: { taskId: string }[] }>('GET', '/api/notifications')
    if (body.items.some(item => item.taskId === taskId)) return
    await setTimeout(20)
  }
}
