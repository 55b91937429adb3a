import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
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
    ['생활기록부', '#records'],
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
  const page = await openPage(t, browser, `${conch.url}#records`)
  const pages = page.getByRole('navigation', { name: '생활기록부' })
  await pages.getByRole('link', { name: '기록함' }).click()
  await page.locator('h1:focus', { hasText: '기록함' }).waitFor()
  t.equal(await pages.locator('[aria-current=page]').textContent(), '기록함')
  t.equal(await page.locator('header nav [aria-current]').textContent(), '생활기록부')
})
