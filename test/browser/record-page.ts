import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'

/** Only an end to waiting for what does not come; long, for slow machines. */
const waitMs = 60_000

/** A new visitor with the page open. What the page complains of on its console fails the test. */
export async function visit(
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<RecordPage> {
  const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(waitMs)
  t.teardown(() => context.close())
  return openPage(t, await context.newPage(), url)
}

/** Another tab of the same visitor. */
export async function anotherTab(t: Test, { page }: RecordPage, url: string): Promise<RecordPage> {
  return openPage(t, await page.context().newPage(), url)
}

async function openPage(t: Test, page: Page, url: string): Promise<RecordPage> {
  page.on('pageerror', error => t.fail(`the page threw: ${error.stack}`))
  page.on('console', message => {
    // An answer that is an error is logged by the browser itself; what the page makes of it is what tests look at.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) t.fail(message.text())
  })
  await page.goto(url)
  await page.locator('h1').waitFor()
  return new RecordPage(page)
}

/** The record writer, as a teacher uses it: by what is written on it. */
export class RecordPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

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
      await page.locator('summary').click()
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
    await this.page.getByRole('link', { name: /고쳐 새로 쓰기|write anew/ }).waitFor()
  }

  /** Until a screen reader is told this. */
  async hears(words: string): Promise<void> {
    await this.page.locator('#announcer p', { hasText: words }).first().waitFor({ state: 'attached' })
  }

  /** What a screen reader was told so far: the last few things. */
  announced(): Promise<string[]> {
    return this.page.locator('#announcer p').allTextContents()
  }

  /** What the server answers this visitor. */
  async api<T>(path: string): Promise<T> {
    const response = await this.page.request.get(new URL(path, this.page.url()).href)
    return (await response.json()) as T
  }

  async savedOutputs(): Promise<string[]> {
    const task = await this.api<{ outputs: { text: string }[] }>(`/api/tasks/${this.taskId}`)
    return task.outputs.map(output => output.text)
  }

  /** How far the page can be scrolled sideways. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => {
      scrollTo(10_000, 0)
      return scrollX
    })
  }
}
