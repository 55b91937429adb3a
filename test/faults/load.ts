import { setTimeout as delay } from 'node:timers/promises'
import { settleWithin } from '../../src/base/settle-within.ts'
import { notificationKinds } from '../../src/notifications/notification.ts'
import { type Ending, EventSourceClient } from '../support/event-source-client.ts'
import { between, chance, oneOf } from './chance.ts'
import type { Instance } from './cluster.ts'
import { numbered } from './recording-model.ts'
import type { Story } from './story.ts'

/** A request for a text, as its sender knows it. */
export interface Sent {
  number: number
  /** Cookie of its owner. */
  owner: string
  kind: string
  /** From the answer: undefined until there is one. */
  taskId: string | undefined
  watchers: EventSourceClient[]
  endings: Ending[]
  /** A user stopped it, and got the answer that it would be. */
  cancelled: boolean
}

export interface LoadOptions {
  instances: readonly Instance[]
  story: Story
  users: number
}

/** How long a client waits for an answer, as load balancers do; then it sends again. */
const patienceMs = 15_000

/**
 * Users who have texts written one after the other, follow them in several places and now and then change their minds.
 * Each request goes to any instance.
 */
export class Load {
  readonly sent: Sent[] = []
  readonly owners: string[] = []
  /** Requests whose answer did not come. */
  unanswered = 0
  /** Refusals of requests that were valid. */
  readonly refusals: string[] = []
  readonly #options: LoadOptions
  readonly #users: Promise<void>[]
  #stopping = false
  #leaving = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#users = Array.from({ length: options.users }, () =>
      this.#live().catch(error => {
        if (!this.#leaving) this.refusals.push(String(error))
      }),
    )
  }

  get accepted(): Sent[] {
    return this.sent.filter(({ taskId }) => taskId !== undefined)
  }

  /** The tasks that are followed now. */
  get underWay(): Sent[] {
    return this.accepted.filter(({ watchers, endings }) => endings.length < watchers.length)
  }

  /** Lets users finish their work, for at most so long; then they leave. Answers whether all finished. */
  async stop(patienceMs: number): Promise<boolean> {
    this.#stopping = true
    await settleWithin(patienceMs, this.#users)
    const finished = this.underWay.length === 0
    this.#leaving = true
    for (const { watchers } of this.underWay) for (const watcher of watchers) watcher.leave()
    await Promise.all(this.#users)
    return finished
  }

  async #live(): Promise<void> {
    const owner = await this.#newOwner()
    this.owners.push(owner)
    let conversation: string | undefined
    while (!this.#stopping) {
      if (!conversation || chance(0.1)) conversation = await this.#begin(owner)
      const talk = `/api/conversations/${conversation}/messages?onBusy=${chance(0.8) ? 'queue' : 'cancel'}`
      const ask = oneOf<() => Promise<Sent>>([
        () => this.#send(owner, 'record', '/api/records', text => ({ category: 'subject', observations: text })),
        () => this.#send(owner, 'review', '/api/reviews', text => ({ body: text, type: 'FEELING' })),
        () => this.#send(owner, 'turn', talk, text => ({ content: text })),
        () => this.#send(owner, 'quiz', '/api/quizzes', text => ({ topic: text, questionCount: between(1, 4) })),
      ])
      const first = await ask()
      const requests = [first]
      // Before the first one's reply has come.
      if (first.kind === 'turn' && chance(0.4)) requests.push(await ask())
      await Promise.all(requests.map(request => this.#follow(request)))
    }
  }

  async #follow(request: Sent): Promise<void> {
    // Some come back when it may have ended long ago.
    const [soonest, latest] = chance(0.75) ? [0, 0] : [2_000, 10_000]
    const watch = async (fromMs: number, toMs: number) => {
      await delay(between(fromMs, toMs))
      await this.#watch(request)
    }
    const cancel = async () => {
      await delay(between(0, 3_000))
      await this.#cancel(request)
    }
    await Promise.all([
      watch(soonest, latest),
      watch(soonest, latest),
      chance(0.3) ? watch(soonest, latest + 4_000) : undefined,
      chance(0.12) ? cancel() : undefined,
    ])
  }

  async #watch(request: Sent): Promise<void> {
    const { instances, story } = this.#options
    const name = `watcher ${request.watchers.length}`
    const watcher = new EventSourceClient({
      path: `/api/tasks/${request.taskId}/events`,
      cookie: request.owner,
      choose: () => oneOf(instances).url,
      note: what => story.note(`${name}: ${what}`, request.number),
    })
    request.watchers.push(watcher)
    const ending = await watcher.ended
    story.note(`${name}: ended (${ending.how})`, request.number)
    request.endings.push(ending)
  }

  /**
   * Sends until it is accepted: a request whose answer was lost may have been accepted, and must not be accepted twice.
   */
  async #send(owner: string, kind: string, path: string, body: (text: string) => object): Promise<Sent> {
    const number = this.sent.length + 1
    const sent: Sent = { number, owner, kind, taskId: undefined, watchers: [], endings: [], cancelled: false }
    this.sent.push(sent)
    const content = body(numbered(number, '오늘 있었던 일'))
    for (;;) {
      const answer = await this.#once<{ taskId: string }>(owner, path, content, { number, key: `request-${number}` })
      if (answer?.status === 202) {
        sent.taskId = answer.body.taskId
        return sent
      }
      await delay(between(200, 600))
    }
  }

  async #cancel(request: Sent): Promise<void> {
    for (;;) {
      const answer = await this.#once(request.owner, `/api/tasks/${request.taskId}/cancel`, undefined, {
        number: request.number,
      })
      if (answer) {
        request.cancelled = true
        return
      }
      await delay(between(200, 600))
    }
  }

  async #begin(owner: string): Promise<string> {
    for (;;) {
      const answer = await this.#once<{ id: string }>(owner, '/api/conversations', {})
      if (answer) return answer.body.id
      await delay(between(200, 600))
    }
  }

  /** A user who wants every notification. */
  async #newOwner(): Promise<string> {
    const preferences = Object.fromEntries(notificationKinds.map(kind => [kind, ['in-app']]))
    let owner: string | undefined
    for (;;) {
      const answer = await this.#once(owner, '/api/notification-preferences', { preferences }, { method: 'PUT' })
      owner ??= answer?.headers.getSetCookie()[0]?.split(';')[0]
      if (answer && owner) return owner
      await delay(between(200, 600))
    }
  }

  /**
   * One request to any instance. `undefined` when there was no answer, or one that asks to come again. @throws at a 4xx
   */
  async #once<Body>(
    owner: string | undefined,
    path: string,
    body: object | undefined,
    { number = 0, method = 'POST', key }: { number?: number; method?: string; key?: string } = {},
  ): Promise<{ status: number; headers: Headers; body: Body } | undefined> {
    const { instances, story } = this.#options
    if (this.#leaving) throw new Error('no instance is left to ask')
    const { name, url } = oneOf(instances)
    const note = (what: string) => story.note(`${method} ${path} to ${name}: ${what}`, number)
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          ...(owner && { cookie: owner }),
          ...(body && { 'content-type': 'application/json' }),
          ...(key && { 'idempotency-key': key }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      })
      const text = await response.text()
      note(`${response.status} ${text.slice(0, 100)}`)
      // 408: the network stood still between the connection and the request.
      if (response.status >= 500 || response.status === 408) return undefined
      if (!response.ok) throw new Refused(`${method} ${path}: ${response.status} ${text}`)
      return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body }
    } catch (error) {
      if (error instanceof Refused) throw error
      note(`no answer (${String((error as Error).cause ?? error).slice(0, 100)})`)
      this.unanswered++
      return undefined
    }
  }
}

/** A valid request must not be refused as invalid. */
class Refused extends Error {}
