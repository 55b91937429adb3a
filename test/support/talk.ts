import { briefly } from './briefly.ts'
import type { UpstreamCompletion } from './upstream.ts'
import type { Visitor } from './visitor.ts'

export interface SummaryView {
  text: string | null
  messageId: string | null
  createdAt: string | null
  pending: number
}

export interface ConversationView {
  id: string
  title: string | null
  messages: { role: string; id: string; taskId: string; content: string; status?: string; error?: { code: string } }[]
  earlier: string | null
  running: { taskId: string } | null
}

/** A conversation as its owner has it. */
export class Talk {
  readonly id: string
  readonly #visitor: Visitor

  constructor(visitor: Visitor, id: string) {
    this.#visitor = visitor
    this.id = id
  }

  static async begin(visitor: Visitor): Promise<Talk> {
    const { body } = await visitor.json<{ id: string }>('POST', '/api/conversations', {})
    return new Talk(visitor, body.id)
  }

  get path(): string {
    return `/api/conversations/${this.id}`
  }

  /** Sends a message; answers the id of the task that replies. */
  send(content: string, query = '', more: Record<string, unknown> = {}): Promise<string> {
    return this.#visitor.submit(`${this.path}/messages${query}`, { content, ...more })
  }

  /** Sends a message and waits for the reply. */
  async say(content: string): Promise<string> {
    const id = await this.send(content)
    await this.#visitor.finished(id)
    return id
  }

  async view(query = ''): Promise<ConversationView> {
    return (await this.#visitor.json<ConversationView>('GET', `${this.path}${query}`)).body
  }

  async summary(): Promise<SummaryView> {
    return (await this.#visitor.json<SummaryView>('GET', `${this.path}/summary`)).body
  }

  /** Resolves once the summary is as wanted. */
  async summaryThat(condition: (summary: SummaryView) => boolean): Promise<SummaryView> {
    for (;;) {
      const summary = await this.summary()
      if (condition(summary)) return summary
      await briefly()
    }
  }
}

/** Whether the model is asked for a summary, not for a reply. */
export function asksForSummary({ system }: UpstreamCompletion): boolean {
  return system.startsWith('당신은 사용자와 도우미가 나눈 대화를 요약한다')
}

/** The text that it is asked to sum up, or to reply to. */
export function lastMessage({ body }: UpstreamCompletion): string {
  return body.messages.at(-1)?.content ?? ''
}
