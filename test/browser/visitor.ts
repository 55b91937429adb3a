import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'

/** Only an end to waiting for what does not come; long, for slow machines. */
const waitMs = 60_000

/**
 * A new visitor with the page open. What the page complains of on its console fails the test.
 *
 * @param prepare what is done before it opens
 */
export async function openPage(
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<Page> {
  const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(waitMs)
  t.teardown(() => context.close())
  const page = await context.newPage()
  await prepare(page)
  return watched(t, page, url)
}

/** Another tab of the same visitor. */
export async function openTab(t: Test, { page }: Visitor, url: string): Promise<Page> {
  return watched(t, await page.context().newPage(), url)
}

async function watched(t: Test, page: Page, url: string): Promise<Page> {
  page.on('pageerror', error => t.fail(`the page threw: ${error.stack}`))
  page.on('console', message => {
    // An answer that is an error is logged by the browser itself; what the page makes of it is what tests look at.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) t.fail(message.text())
  })
  await page.goto(url)
  await page.locator('h1').waitFor()
  return page
}

/** A user of the page, of whatever kind. */
export class Visitor {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Until a screen reader gets this. */
  async hears(words: string): Promise<void> {
    await this.page.locator('#announcer p', { hasText: words }).first().waitFor({ state: 'attached' })
  }

  /**
   * What a screen reader got so far of what the visitor does: the last few things. Without notices of the bell, which come
   * besides when a task ends before its page follows it.
   */
  async announced(): Promise<string[]> {
    const all = await this.page.locator('#announcer p').allTextContents()
    return all.filter(line => !line.startsWith('알림: '))
  }

  /** What the server answers this visitor. */
  async api<T>(path: string): Promise<T> {
    const response = await this.page.request.get(new URL(path, this.page.url()).href)
    return (await response.json()) as T
  }

  /** How far the page can be scrolled sideways. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => {
      scrollTo(10_000, 0)
      return scrollX
    })
  }
}
