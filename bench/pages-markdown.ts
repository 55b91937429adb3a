import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { launchBrowser } from '../test/support/browser.ts'
import { asksForSummary } from '../test/support/talk.ts'
import { withContext } from './support/context.ts'
import { quantile, report, withServer } from './support/measure.ts'

const rounds = Number(process.env.ROUNDS ?? 3)

/** As tokens of Korean come from a model: 60 a second, of two characters. `SPEED=4` is four times as fast, for a quick look. */
const tokensPerSecond = 60 * Number(process.env.SPEED ?? 1)
const charactersPerToken = 2

const chapter = `## 교통량으로 신호 시간 정하기

**모형**을 세우려면 먼저 자료를 모아요. 식은 $t = \\frac{n}{v}$이고, 자세한 내용은 [안내](https://example.com/a)를 보세요.

1. 네 방향의 교통량을 \`15분\`마다 세어요.
2. 가장 붐비는 때를 **따로** 적어요.

| 방향 | 대수 | 시간 |
|---|--:|--:|
| 동 | 120 | 40 |
| 서 | 90 | 30 |

\`\`\`js
const times = roads.map(road => (road.count / total) * cycle)
for (const [index, time] of times.entries()) console.log(index, time)
\`\`\`

> 결과는 실제와 다를 수 있어요.

`
const markdown = chapter.repeat(Math.ceil(20_000 / chapter.length)).slice(0, 20_000)
const sentence = '교통량 자료를 모아 신호 시간을 조정하는 모형을 만들고 결과를 친구들에게 설명하였습니다. '
const line = (length: number) => sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length)

/** What is measured: a text that comes as a model writes it, or one that was saved. */
const cases = [
  { name: '20,000 characters of Markdown, 60 tokens a second', text: markdown, piece: charactersPerToken },
  // As much as a reply may have.
  { name: '40,000 characters without a line break, 60 tokens a second', text: line(40_000), piece: 20 },
  { name: '20,000 characters of Markdown, saved', text: markdown },
  { name: '70,000 characters without a line break, saved', text: line(70_000) },
  { name: '70,000 characters without a space, saved', text: '가'.repeat(70_000) },
] as const

/**
 * The long tasks (over 50 ms) of a page of Conch in a real Chromium while it shows an answer, as the browser itself reports
 * them. A saved text that is longer than a reply may be is put into the server's answer on its way to the page.
 *
 * @returns a row for each case, of the median of the rounds
 */
export async function measureMarkdown(t: Pick<Test, 'teardown'>): Promise<Record<string, unknown>[]> {
  const browser = await launchBrowser(t)
  let say: { text: string; piece?: number } = { text: '' }
  return withServer(
    async completion => {
      if (asksForSummary(completion)) return completion.delta('요약').finish()
      const { text, piece } = say
      if (piece === undefined) return completion.delta('글').finish()
      const began = performance.now()
      for (let at = 0; at < text.length && !completion.response.destroyed; at += piece) {
        completion.delta(text.slice(at, at + piece))
        await delay(Math.max(0, began + ((at / piece + 1) * 1000) / tokensPerSecond - performance.now()))
      }
      completion.finish()
    },
    async url => {
      const rows: Record<string, unknown>[] = []
      for (const one of cases) {
        say = one
        const results: Result[] = []
        for (let round = 0; round < rounds; round++) {
          const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1280, height: 900 } })
          const page = await context.newPage()
          results.push('piece' in one ? await streamed(page, url, one.text) : await saved(page, url, one.text))
          await context.close()
        }
        const median = (value: (result: Result) => number) => Math.round(quantile(results.map(value), 0.5))
        rows.push({
          case: one.name,
          'long tasks': median(({ tasks }) => tasks.length),
          'longest task (ms)': median(({ tasks }) => Math.max(0, ...tasks)) || 'under 50',
          'processor time of one (ms)': median(({ processorMs }) => processorMs),
          'until all is there (ms)': median(({ tookMs }) => tookMs),
        })
      }
      return rows
    },
  )
}

interface Result {
  /** How long each task over 50 ms took. */
  tasks: number[]
  /** Processor time of the longest. */
  processorMs: number
  tookMs: number
}

/** A message is sent, and its answer followed to its end. */
async function streamed(page: Page, url: string, text: string): Promise<Result> {
  await begin(page, url)
  await page.locator('#message').fill('교통량')
  return watched(page, text, () => page.locator('#message').press('Enter'))
}

/** A conversation is opened whose answer has this text. */
async function saved(page: Page, url: string, text: string): Promise<Result> {
  await begin(page, url)
  await page.locator('#message').fill('교통량')
  await page.locator('#message').press('Enter')
  await page.locator('.partner[data-status=completed]').waitFor()
  await page.getByRole('link', { name: '새 대화' }).click()
  await page.locator('.chat-welcome').waitFor()
  await page.route(/\/api\/conversations\/[^/?]+(\?.*)?$/, async route => {
    const response = await route.fetch()
    const body = (await response.json()) as { messages?: { role: string; content: string }[] }
    for (const message of body.messages ?? []) if (message.role === 'assistant') message.content = text
    await route.fulfill({ response, json: body })
  })
  return watched(page, text, () => page.locator('.chat-list li a').first().click())
}

async function begin(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(600_000)
  await page.goto(`${url}#chat`)
  await page.locator('#message').waitFor()
}

/** The long tasks from `act` until the page shows the end of the text. @throws when the page never does */
async function watched(page: Page, text: string, act: () => Promise<void>): Promise<Result> {
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(globalThis, { longTasks: tasks })
    new PerformanceObserver(list => {
      for (const { duration } of list.getEntries()) tasks.push(duration)
    }).observe({ type: 'longtask' })
  })
  const stop = await traced(page)
  const began = performance.now()
  await act()
  await page.locator('.partner[data-status=completed][aria-busy=false]').waitFor()
  const words = (text.match(/[가-힣]/g) ?? []).length
  await page.waitForFunction(
    words => (document.querySelector('.partner .prose')?.textContent?.match(/[가-힣]/g) ?? []).length >= words * 0.9,
    words,
    { polling: 500 },
  )
  const tookMs = performance.now() - began
  // Formulas and code may still be drawn.
  await delay(1000)
  const processorMs = await stop()
  const tasks = await page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks)
  return { tasks, processorMs, tookMs }
}

/**
 * Follows the tasks of the page's thread. On a machine with other work a task waits for the processor, and the browser counts that;
 * its processor time is what the page asked for.
 *
 * @returns ends it, and answers the longest task's processor time of those over 20 ms, 0 without one
 */
async function traced(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page)
  const tasks: { thread: string; at: number; ms: number }[] = []
  let began = Number.POSITIVE_INFINITY
  const threads = new Set<string>()
  devtools.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[]) {
      const own = `${event.pid} ${event.tid}`
      if (event.name === 'thread_name' && event.args?.name === 'CrRendererMain') threads.add(own)
      if (event.name === 'RunTask' && (event.dur ?? 0) > 20_000)
        tasks.push({ thread: own, at: event.ts ?? 0, ms: (event.tdur ?? 0) / 1000 })
      if (event.name === 'measured from here') began = event.ts ?? 0
    }
  })
  const includedCategories = ['disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata']
  await devtools.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } })
  // To begin a trace is work, too.
  await page.evaluate(() => void performance.mark('measured from here'))
  return async () => {
    const complete = new Promise(resolve => devtools.once('Tracing.tracingComplete', resolve))
    await devtools.send('Tracing.end')
    await complete
    if (threads.size === 0) throw new Error('the trace does not name the thread of the page')
    const own = tasks.filter(({ thread, at }) => threads.has(thread) && at > began)
    return Math.max(0, ...own.map(({ ms }) => ms))
  }
}

interface TraceEvent {
  pid: number
  tid: number
  name: string
  ts?: number
  dur?: number
  tdur?: number
  args?: { name?: string }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await withContext(async t => report('pages-markdown', await measureMarkdown(t)))
}
