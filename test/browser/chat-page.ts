import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Test } from 'tap'
import { summaryPrompt } from '../../src/kinds/conversations/prompt.ts'
import type { RunningConch } from './running-conch.ts'
import type { Message, Step } from './scripted-model.ts'
import { openPage, openTab, Visitor } from './visitor.ts'

/** A new visitor with the conversations open. */
export async function openChat(t: Test, browser: Browser, url: string, options?: BrowserContextOptions) {
  return new ChatPage(await openPage(t, browser, `${url}#chat`, options))
}

/** Another tab of the visitor, with the same conversation. */
export async function anotherTab(t: Test, visitor: ChatPage) {
  return new ChatPage(await openTab(t, visitor, visitor.page.url()))
}

/** What the model says to a message, and how it sums up: `material` is all it is given for that. */
export function talk(
  { model }: RunningConch,
  reply: (message: string) => readonly Step[],
  summary: (material: string) => readonly Step[] = () => ['요약.'],
): void {
  model.script = (_version, messages) => {
    const last = messages.at(-1)?.content ?? ''
    return isSummary(messages) ? summary(last) : reply(last)
  }
}

const summaryRules = summaryPrompt({ messages: [] })[0]?.content

function isSummary([rules]: readonly Message[]): boolean {
  return rules?.content === summaryRules
}

interface ServerMessage {
  role: string
  taskId: string
  content: string
  status?: string
}

/** A conversation, as its user has it. */
export class ChatPage extends Visitor {
  get conversationId(): string {
    return /#chat=(.+)$/.exec(this.page.url())?.[1] ?? ''
  }

  get message() {
    return this.page.locator('#message')
  }

  get turns() {
    return this.page.locator('.turn')
  }

  get summary() {
    return this.page.locator('.chat-summary')
  }

  get entries() {
    return this.page.locator('.chat-list li')
  }

  /** Writes a message and presses Enter; resolves when the page has taken it. */
  async say(text: string): Promise<void> {
    await this.message.fill(text)
    await this.message.press('Enter')
    await this.said(text)
  }

  /** To where conversations begin, by the link. */
  async toNew(): Promise<void> {
    await this.page.getByRole('link', { name: '새 대화' }).click()
    await this.page.locator('.chat-welcome').waitFor()
  }

  /** Until a message with this text is there. */
  async said(text: string): Promise<void> {
    await this.page.locator('.own:not([data-pending]) .text', { hasText: text }).last().waitFor()
  }

  turn(index: number) {
    const root = this.turns.nth(index)
    const reply = root.locator('.partner')
    return {
      own: root.locator('.own'),
      reply,
      text: async () => (await reply.locator('.text').textContent()) ?? '',
      /** Until the reply holds `part`. */
      shows: (part: string) => reply.locator('.text', { hasText: part }).waitFor(),
      /** Until the reply has ended so. */
      becomes: (status: string) =>
        this.page.locator(`.turn:nth-child(${index + 1}) .partner[data-status=${status}][aria-busy=false]`).waitFor(),
      button: (name: string) => root.getByRole('button', { name }),
    }
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** What was said, and what was replied. */
  async texts(): Promise<string[]> {
    return this.page.locator('.turn .text').allTextContents()
  }

  /** What the server has of the conversation. */
  async saved(): Promise<ServerMessage[]> {
    const { messages } = await this.api<{ messages: ServerMessage[] }>(`/api/conversations/${this.conversationId}`)
    return messages
  }

  async savedTexts(): Promise<string[]> {
    return (await this.saved()).map(message => message.content)
  }
}
