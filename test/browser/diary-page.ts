import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Test } from 'tap'
import { openPage, openTab, Visitor } from './visitor.ts'

export interface Review {
  id: string
  type: string
  body: string
  status: string
  text: string
}

/** A new visitor with the diary open. */
export async function openDiary(t: Test, browser: Browser, url: string, options?: BrowserContextOptions) {
  return new DiaryPage(await openPage(t, browser, `${url}#reviews`, options))
}

export async function anotherTab(t: Test, visitor: DiaryPage, url: string) {
  return new DiaryPage(await openTab(t, visitor, `${url}#reviews`))
}

/** The diary, as its writer uses it. */
export class DiaryPage extends Visitor {
  get taskId(): string {
    return /#review=(.+)$/.exec(this.page.url())?.[1] ?? ''
  }

  get body() {
    return this.page.locator('#body')
  }

  get reply() {
    return this.page.locator('.reply')
  }

  get entries() {
    return this.page.locator('.diary-entry')
  }

  /** Fills the form and sends it; resolves when the place of the reply is there. */
  async write(body: string, type?: 'T' | 'F'): Promise<void> {
    await this.body.fill(body)
    if (type) await this.page.getByRole('radio', { name: `(${type})` }).check({ force: true })
    await this.page.locator('button[type=submit]').click()
    await this.reply.waitFor()
  }

  /** Until the reply holds `part`. */
  async shows(part: string): Promise<void> {
    await this.reply.locator('.text', { hasText: part }).waitFor()
  }

  async text(): Promise<string> {
    return (await this.reply.locator('.text').textContent()) ?? ''
  }

  /** Until the reply has ended so. */
  async becomes(status: string): Promise<void> {
    await this.page.locator(`.reply[data-status=${status}][aria-busy=false]`).waitFor()
  }

  button(name: string) {
    return this.reply.getByRole('button', { name })
  }

  /** To the form and the history, by the link. */
  async toAll(): Promise<void> {
    await this.page.locator('.task-head a').click()
    await this.body.waitFor()
  }

  saved(): Promise<Review> {
    return this.api(`/api/reviews/${this.taskId}`)
  }
}
