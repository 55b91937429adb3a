import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test('the four kinds and the library are a link away, and the one that is shown is marked', async t => {
  const page = await openPage(t, browser, conch.url)
  const kinds = page.getByRole('navigation', { name: '주 메뉴' })
  for (const [name, hash] of [
    ['일기', '#reviews'],
    ['대화', '#chat'],
    ['퀴즈', '#quizzes'],
    ['모아보기', '#library'],
    ['생활기록부', '#'],
  ] as const) {
    await kinds.getByRole('link', { name }).press('Enter')
    await kinds.locator('[aria-current]', { hasText: name }).waitFor()
    t.equal(await kinds.locator('[aria-current]').count(), 1)
    t.ok(page.url().endsWith(hash), hash)
    // The page that has come takes the focus: before that it would take it from the next link, and the key with it.
    await page.locator('main h1:focus').waitFor()
  }
})

t.test('the history of records is one of their pages', async t => {
  const page = await openPage(t, browser, conch.url)
  const pages = page.getByRole('navigation', { name: '생활기록부' })
  await pages.getByRole('link', { name: '기록함' }).click()
  await page.locator('h1:focus', { hasText: '기록함' }).waitFor()
  t.equal(await pages.locator('[aria-current=page]').textContent(), '기록함')
  t.equal(await page.locator('header nav [aria-current]').textContent(), '생활기록부')
})

t.test('what one kind cannot load keeps none of the others away', async t => {
  const visitor = await visit(t, browser, `${conch.url}#reviews`)
  const { page } = visitor
  await page.route('**/api/records/limits', route => route.fulfill({ status: 500, json: {} }))
  await page.goto(conch.url)
  await page.reload()
  const notice = page.locator('.notice', { hasText: '화면을 준비하지 못했습니다.' })
  await notice.waitFor()
  await visitor.hears('화면을 준비하지 못했습니다.')
  await page.getByRole('link', { name: '일기', exact: true }).click()
  await page.locator('h1', { hasText: '오늘은 어땠나요?' }).waitFor()

  await page.unroute('**/api/records/limits')
  await page.getByRole('link', { name: '생활기록부' }).click()
  await page.locator('#observations').waitFor()
})

t.test('a page that could not begin begins again when asked', async t => {
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  await page.route('**/api/model', route => route.abort())
  await page.reload()
  await page.locator('.notice', { hasText: '인터넷 연결을 확인하고' }).waitFor()
  await page.unroute('**/api/model')
  await page.getByRole('button', { name: '다시 시도' }).click()
  await page.locator('#observations').waitFor()
})
