import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Test } from 'tap'
import { openPage, openTab, Visitor } from './visitor.ts'

/** A new visitor on the records' first page, or on another that `url` names by its hash. */
export async function visit(t: Test, browser: Browser, url: string, options?: BrowserContextOptions) {
  return new RecordPage(await openPage(t, browser, url.includes('#') ? url : `${url}#records`, options))
}

export async function anotherTab(t: Test, visitor: RecordPage, url: string) {
  return new RecordPage(await openTab(t, visitor, url))
}

/** The record writer, as a teacher uses it: by what is written on it. */
export class RecordPage extends Visitor {
  get taskId(): string {
    return /#task=(.+)$/.exec(this.page.url())?.[1] ?? ''
  }

  /** Fills the form and sends it; resolves when the drafts' columns are there. */
  async write(observations: string, more: { subject?: string; label?: string; target?: string } = {}): Promise<void> {
    const { page } = this
    await page.locator('#observations').fill(observations)
    if (more.subject) await page.locator('#subject').fill(more.subject)
    if (more.label) await page.locator('#label').fill(more.label)
    if (more.target) {
      await page.locator('form details:not(.limit-source) > summary').click()
      await page.locator('#targetBytes').fill(more.target)
    }
    await page.locator('button[type=submit]').click()
    await page.locator('.column').first().waitFor()
  }

  column(index: number) {
    const root = this.page.locator('.column').nth(index)
    return {
      root,
      text: async () => (await root.locator('.text').textContent()) ?? '',
      status: async () => (await root.getAttribute('data-status')) ?? '',
      button: (name: string) => root.getByRole('button', { name }),
      /** Until its text holds `part`. */
      shows: (part: string) => root.locator('.text', { hasText: part }).waitFor(),
      /** Until its text is exactly this. */
      holds: (text: string) =>
        this.page.waitForFunction(
          ([index, text]) => document.querySelectorAll('.column .text')[index]?.textContent === text,
          [index, text] as const,
        ),
      /** Until it has that status. */
      becomes: (status: string) =>
        this.page.locator(`.column:nth-child(${index + 1})[data-status=${status}]`).waitFor(),
    }
  }

  texts(): Promise<string[]> {
    return this.page.locator('.column .text').allTextContents()
  }

  /** Until the task has ended and its record is shown. */
  async ended(): Promise<void> {
    await this.page.getByRole('link', { name: /고쳐 새로 쓰기|write again/ }).waitFor()
  }

  async savedOutputs(): Promise<string[]> {
    const task = await this.api<{ outputs: { text: string }[] }>(`/api/tasks/${this.taskId}`)
    return task.outputs.map(output => output.text)
  }
}
