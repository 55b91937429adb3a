import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage, Visitor } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

/** A page whose script comes when it is let go, and not before. */
async function pageWithoutScript(t: Parameters<typeof openPage>[0], hash: string) {
  const held = Promise.withResolvers<void>()
  const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1280, height: 900 } })
  t.teardown(() => context.close())
  const page = await context.newPage()
  let documents = 0
  page.on('request', request => {
    if (request.isNavigationRequest()) documents += 1
  })
  await page.route(/\/assets\/app-\w+\.js$/, async route => {
    await held.promise
    await route.continue()
  })
  await page.goto(conch.url + hash, { waitUntil: 'commit' })
  return { page, come: held.resolve, documents: () => documents }
}

const focusedIn = (page: Page) => page.evaluate(() => document.activeElement?.id)

t.test('what is typed and sent before the script is there is sent when it comes, without a page load', async t => {
  conch.model.script = () => ['발표를 잘함.']
  const { page, come, documents } = await pageWithoutScript(t, '#records')
  await page.locator('#observations').fill('교통량 자료로 모형을 만듦.')
  await page.getByText('동아리활동 특기사항').click()
  await page.locator('#label').fill('2-3-15')
  // Enter alone sends nothing, as later.
  await page.locator('#label').press('Enter')
  await page.locator('#observations').press('Control+Enter')
  const [request] = await Promise.all([page.waitForRequest(sent => sent.method() === 'POST'), come()])
  t.match(request.postDataJSON(), { category: 'club', label: '2-3-15', observations: '교통량 자료로 모형을 만듦.' })
  await page.locator('.column').first().waitFor()
  t.equal(documents(), 1)
})

t.test('the script takes over a field that is being written in: text, caret and focus stay', async t => {
  const { page, come } = await pageWithoutScript(t, '#records')
  const field = page.locator('#observations')
  await field.pressSequentially('발표')
  await field.press('Home')
  come()
  await page.getByRole('heading', { name: '최근 기록' }).waitFor()
  await page.keyboard.type('첫 ')
  t.equal(await field.inputValue(), '첫 발표')
  t.equal(await focusedIn(page), 'observations')
  await page.reload({ waitUntil: 'commit' })
  // As it was left, also while the script is on its way.
  await page.waitForFunction(
    () => (document.querySelector('#observations') as HTMLTextAreaElement)?.value === '첫 발표',
  )
})

t.test('a choice on the start page leads on before the script is there', async t => {
  const { page, come } = await pageWithoutScript(t, '')
  await page.getByRole('link', { name: /생활기록부 초안/ }).click()
  await page.locator('#observations').fill('발표함.')
  come()
  await page.getByRole('heading', { name: '최근 기록' }).waitFor()
  t.equal(await page.locator('#observations').inputValue(), '발표함.')
  t.equal(await page.locator('h1').count(), 1, 'of the views that the document brought one is left')
})

t.test('what was chosen on the start page is where the next visit begins, until it is taken back', async t => {
  const page = await openPage(t, browser, conch.url)
  t.equal(await page.title(), 'Conch – 메모가 글이 되는 곳')
  await page.getByRole('link', { name: /일기와 답글/ }).click()
  await page.locator('h1:focus', { hasText: '오늘은 어땠나요?' }).waitFor()

  const next = await page.context().newPage()
  await next.goto(conch.url)
  await next.locator('h1', { hasText: '오늘은 어땠나요?' }).waitFor()
  t.match(next.url(), /#reviews$/)
  await next.getByRole('link', { name: 'Conch', exact: true }).click()
  await next.locator('h1:focus', { hasText: '짧은 메모가 글이 돼요' }).waitFor()
  t.match(await next.locator('[data-kind=reviews]').textContent(), '지난번에 고름')
  await next.getByRole('button', { name: '이 화면부터 열기' }).click()
  await next.locator('#announcer p', { hasText: '다음에는 이 화면부터 열려요.' }).waitFor({ state: 'attached' })
  await next.goto('about:blank')
  await next.goto(conch.url)
  await next.locator('h1', { hasText: '짧은 메모가 글이 돼요' }).waitFor()
})

t.test('colours and language are chosen on every page, and stay chosen', async t => {
  const page = await openPage(t, browser, `${conch.url}#records`, { colorScheme: 'light' })
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await paper()
  await page.getByRole('button', { name: '어둡게' }).click()
  const dark = await paper()
  t.not(light, dark)
  await page.locator('#observations').fill('발표함.')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'What did you observe?' }).waitFor()
  await page.getByRole('heading', { name: 'Recent records' }).waitFor()
  t.equal(await page.evaluate(() => document.documentElement.lang), 'en')
  t.equal(await page.locator('#observations').inputValue(), '발표함.', 'what was typed is still there')
  t.equal(await paper(), dark, 'before the script, too: early.js has it')
  t.equal(await page.getByRole('button', { name: 'Dark' }).getAttribute('aria-pressed'), 'true')
  await page.getByRole('button', { name: 'Automatic' }).click()
  t.equal(await paper(), light)
  await page.emulateMedia({ colorScheme: 'dark' })
  // As it follows the system again.
  await page.waitForFunction(dark => getComputedStyle(document.body).backgroundColor === dark, dark)
})

for (const [locale, width, colorScheme] of [
  ['ko-KR', 360, 'light'],
  ['en-GB', 1280, 'dark'],
] as const)
  t.test(`the start page is legible, named and fits (${locale}, ${width}, ${colorScheme})`, async t => {
    const page = await openPage(t, browser, conch.url, { locale, colorScheme, viewport: { width, height: 800 } })
    const visitor = new Visitor(page)
    t.same(await faintTexts(visitor), [])
    t.same(await namelessControls(visitor), [])
    t.equal(await visitor.overflow(), 0)
    if (locale === 'en-GB')
      t.same(
        (await koreanTexts(visitor)).filter(text => text !== '한국어'),
        [],
      )
    await page.screenshot({ path: `test-artifacts/start-${locale}-${width}-${colorScheme}.png`, fullPage: true })
  })

t.test('nothing moves when the font and the rest of the page come', async t => {
  const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 390, height: 844 } })
  t.teardown(() => context.close())
  for (const hash of ['', '#records']) {
    const page = await context.newPage()
    await page.addInitScript(() => {
      const seen = Object.assign(window, { moved: 0 })
      new PerformanceObserver(list => {
        for (const entry of list.getEntries()) seen.moved += (entry as PerformanceEntry & { value: number }).value
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto(conch.url + hash)
    await page.evaluate(() => document.fonts.ready)
    if (hash) await page.getByRole('heading', { name: '최근 기록' }).waitFor()
    const moved = await page.evaluate(() => (window as unknown as { moved: number }).moved)
    t.ok(moved < 0.02, `${hash}: ${moved}`)
    await page.close()
  }
})

t.test('sent twice before the script is there, it is one record', async t => {
  conch.model.script = () => ['발표를 잘함.']
  const { page, come } = await pageWithoutScript(t, '#records')
  await page.locator('#observations').fill('발표함.')
  for (const _ of [1, 2]) await page.getByRole('button', { name: '초안 쓰기' }).click()
  const sent: string[] = []
  page.on('request', request => request.method() === 'POST' && sent.push(request.url()))
  come()
  await page.locator('.column').first().waitFor()
  t.equal(sent.length, 1)
})

t.test('the record form still begins where it is linked to', async t => {
  const visitor = await visit(t, browser, conch.url)
  t.equal(await visitor.page.title(), '쓰기 – Conch')
})
