import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { runningConch } from './running-conch.ts'
import { openPage, Visitor } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

class LibraryPage extends Visitor {
  get entries() {
    return this.page.locator('.library-entry')
  }

  /** Has it written to its end; resolves when it is in the library. */
  async write(path: string, data: object): Promise<void> {
    const created = await this.page.request.post(new URL(path, conch.url).href, { data })
    const { taskId } = (await created.json()) as { taskId: string }
    for (;;) {
      const { items } = await this.api<{ items: { id: string; status: string }[] }>('/api/library')
      const status = items.find(({ id }) => id === taskId)?.status ?? 'queued'
      if (!['queued', 'running'].includes(status)) return
    }
  }

  titles(): Promise<string[]> {
    return this.entries.locator('h3').allTextContents()
  }

  async search(words: string): Promise<void> {
    await this.page.locator('#q').fill(words)
    await this.page.locator('#q').press('Enter')
  }

  /** Until the list has this many. */
  async shows(count: number): Promise<void> {
    await this.hears(`글 ${count}개를 찾았습니다.`)
    await this.page.waitForFunction(count => document.querySelectorAll('.library-entry').length === count, count)
  }
}

t.test('what was written is found, opened, and found again on the way back', async t => {
  const visitor = new LibraryPage(await openPage(t, browser, `${conch.url}#library`))
  const { page } = visitor
  await page.getByText('아직 쓴 글이 없습니다.').waitFor()
  conch.model.script = () => ['생기부는 ', '잊으세요.']
  await visitor.write('/api/reviews', { body: '발표를 망쳤다.', type: 'FEELING' })
  conch.model.script = () => ['수열을 탐구함.']
  await visitor.write('/api/records', { category: 'club', observations: '수열', label: '2-3', versions: 1 })
  await page.reload()
  await visitor.entries.nth(1).waitFor()
  t.same(await visitor.titles(), ['동아리활동 특기사항 · 2-3', '발표를 망쳤다.'])
  t.match(await visitor.entries.nth(0).textContent(), /생활기록부 · 완료.*수열을 탐구함\..*8자/s)

  await visitor.search('생기부')
  await visitor.shows(1)
  t.equal(await visitor.entries.locator('mark').textContent(), '생기부')
  t.equal(await page.locator('#q:focus').count(), 1, 'who searches keeps the focus')
  await page.screenshot({ path: 'test-artifacts/library.png', fullPage: true })
  await visitor.entries.getByRole('link').press('Enter')
  await page.locator('h1', { hasText: '발표를 망쳤다.' }).or(page.getByText('생기부는 잊으세요.')).first().waitFor()
  t.match(page.url(), '#review=')
  await page.goBack()
  await visitor.entries.locator('mark').waitFor()
  t.equal(await page.locator('#q').inputValue(), '생기부')

  await visitor.search('없는 말')
  await page.getByText('찾는 글이 없습니다.').waitFor()
  await page.getByRole('button', { name: '모두 보기' }).click()
  await visitor.shows(2)
  await page.locator('#kind').selectOption('record')
  await visitor.shows(1)
  t.same(await visitor.titles(), ['동아리활동 특기사항 · 2-3'])
  await page.locator('#from').fill('2020-01-01')
  await page.locator('#to').fill('2020-12-31')
  await visitor.shows(0)
  t.same(await namelessControls(visitor), [])
  t.same(await faintTexts(visitor), [])
})

t.test('what failed is there with its state, and is tried again or removed there', async t => {
  const visitor = new LibraryPage(await openPage(t, browser, `${conch.url}#library`))
  const { page } = visitor
  conch.model.script = () => []
  await visitor.write('/api/reviews', { body: '하나', type: 'FEELING' })
  await visitor.write('/api/quizzes', { topic: '둘', questionCount: 1, choices: 2 })
  await page.reload()
  await visitor.entries.nth(1).waitFor()
  t.match(await visitor.entries.nth(1).textContent(), /하나.*일기 · 실패/s)
  await page.locator('#status').selectOption('failed')
  await visitor.shows(2)
  await page.getByRole('button', { name: '지우기: 둘' }).click()
  await page.getByRole('button', { name: '지우기', exact: true }).click()
  await visitor.hears('지웠습니다.')
  t.same(await visitor.titles(), ['하나'])
  t.same(await namelessControls(visitor), [])
  t.same(await faintTexts(visitor), [])
  await page.locator('#status').selectOption('')
  await visitor.shows(1)
  conch.model.script = () => ['이번에는 쓴 답글.']
  await page.getByRole('button', { name: '다시 시도: 하나' }).click()
  await visitor.entries.getByText('이번에는 쓴 답글.').waitFor()
  t.equal(await page.getByRole('button', { name: '다시 시도: 하나' }).count(), 0)
})

t.test('a list that cannot be loaded can be asked for again; pages follow', async t => {
  const visitor = new LibraryPage(await openPage(t, browser, `${conch.url}#library`))
  const { page } = visitor
  const item = (number: number) => ({
    id: `0000000${number}`,
    kind: 'quiz',
    status: 'completed',
    title: `퀴즈 ${number}`,
    preview: '문제',
    match: null,
    sizes: { characters: 2, bytes: 6, count: 1 },
    createdAt: '2026-11-24T00:00:00.000Z',
    updatedAt: '2026-11-24T00:00:00.000Z',
  })
  let broken = true
  await page.route('**/api/library*', route => {
    if (broken) return route.fulfill({ status: 500, json: {} })
    const second = route.request().url().includes('cursor=')
    return route.fulfill({ json: { items: [item(second ? 2 : 1)], nextCursor: second ? null : 'c' } })
  })
  await page.reload()
  await page.locator('.notice', { hasText: '글 목록을 불러오지 못했습니다.' }).waitFor()
  broken = false
  await page.getByRole('button', { name: '다시 시도' }).click()
  await page.getByRole('button', { name: '더 보기' }).click()
  await visitor.entries.nth(1).waitFor()
  t.same(await visitor.titles(), ['퀴즈 1', '퀴즈 2'])
  t.equal(await page.getByRole('button', { name: '더 보기' }).count(), 0)
})

t.test('in English, in the dark and on a small screen', async t => {
  const options = { locale: 'en-US', colorScheme: 'dark', viewport: { width: 360, height: 740 } } as const
  const visitor = new LibraryPage(await openPage(t, browser, `${conch.url}#library`, options))
  conch.model.script = () => ['생기부는 잊으세요.']
  await visitor.write('/api/reviews', { body: '발표를 망쳤다.', type: 'FEELING' })
  await visitor.page.reload()
  await visitor.entries.first().waitFor()
  t.equal(await visitor.overflow(), 0)
  t.same(await koreanTexts(visitor), [])
  t.same(await namelessControls(visitor), [])
  t.same(await faintTexts(visitor), [])
})
