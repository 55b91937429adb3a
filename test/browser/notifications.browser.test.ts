import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { question, quizJson } from '../support/quiz.ts'
import { startReceiver, status, whoWantsThem } from '../support/receiver.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { anotherTab, openQuizzes } from './quiz-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage, Visitor } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

t.test('a quiz is made while its owner is elsewhere: the bell tells, in every tab over one connection', async t => {
  const held = Promise.withResolvers<void>()
  conch.model.script = () => [held.promise, quizJson(...[1, 2, 3].map(number => question(number, 2)))]
  const visitor = await openQuizzes(t, browser, conch.url)
  const { page } = visitor
  /** Of other tabs. */
  const connections: string[] = []
  page.context().on('request', request => {
    if (request.url().includes('/api/me/events') && request.frame().page() !== page) connections.push(request.url())
  })
  await visitor.make('광합성')
  const other = await anotherTab(t, visitor, `${conch.url}#reviews`)
  await other.page.locator('h1', { hasText: '오늘은 어땠나요?' }).waitFor()
  await leave(page)
  held.resolve()
  for (const tab of [page, other.page]) {
    await tab.getByRole('button', { name: '알림, 읽지 않은 알림 1개' }).waitFor()
    t.equal(await tab.locator('.bell-count').textContent(), '1')
    await tab.locator('#announcer p', { hasText: '알림: 퀴즈가 준비되었습니다' }).waitFor({ state: 'attached' })
  }
  t.same(connections, [], 'the second tab uses the connection of the first')

  await page.reload()
  const bell = page.getByRole('button', { name: '알림, 읽지 않은 알림 1개' })
  await bell.press('Enter')
  const link = page.locator('#notifications').getByRole('link', { name: '퀴즈가 준비되었습니다' })
  await link.waitFor()
  t.equal(await link.locator('.notification-label').textContent(), '광합성', 'and says which one it is')
  await page.screenshot({ path: 'test-artifacts/notifications.png', fullPage: true })
  t.same(await faintTexts(visitor), [])
  t.same(await namelessControls(visitor), [])
  await page.keyboard.press('Escape')
  await link.waitFor({ state: 'hidden' })
  t.ok(await bell.evaluate(button => button === document.activeElement), 'back at the bell')

  await bell.press('Enter')
  await link.press('Enter')
  await visitor.ready()
  t.ok(visitor.taskId)
  for (const tab of [page, other.page]) await tab.getByRole('button', { name: '알림', exact: true }).waitFor()

  t.equal(connections.length, 1, 'it went on when the first tab was reloaded')
  // The other tab has had the connection since the first one was reloaded; now it goes.
  await other.page.close()
  const second = Promise.withResolvers<void>()
  conch.model.script = () => [second.promise, quizJson(...[1, 2, 3].map(number => question(number, 2)))]
  await visitor.toAll()
  await visitor.make('물의 순환')
  await leave(page)
  second.resolve()
  await page.getByRole('button', { name: '알림, 읽지 않은 알림 1개' }).waitFor()
})

/** From a quiz to the records. The server must hear of it: who follows a quiz looks at it. */
async function leave(page: Page): Promise<void> {
  const heard = page.waitForResponse(response => /\/me\/events(?!.*follow=)/.test(response.url()))
  await page.getByRole('navigation', { name: '주 메뉴' }).getByRole('link', { name: '생활기록부' }).click()
  await page.locator('#observations').waitFor()
  await heard
}

t.test('what an owner wants notifications about is chosen on a page of its own, and kept', async t => {
  const visitor = await openQuizzes(t, browser, conch.url, { locale: 'en-GB' })
  const { page } = visitor
  await page.getByRole('button', { name: 'Notifications', exact: true }).click()
  await page.getByRole('link', { name: 'Notification settings' }).click()
  await page.locator('h1:focus', { hasText: 'Notification settings' }).waitFor()
  const quizzes = page.getByRole('checkbox', { name: 'A quiz is ready: This page' })
  const replies = page.getByRole('checkbox', { name: 'A conversation has a reply: This page' })
  t.same([await quizzes.isChecked(), await replies.isChecked()], [true, false])
  await quizzes.uncheck()
  await replies.check()
  await page.getByRole('button', { name: 'Save' }).click()
  await visitor.hears('The notification settings were saved.')
  await page.screenshot({ path: 'test-artifacts/notification-settings.png', fullPage: true })
  t.same(await koreanTexts(visitor), [])
  t.same(await namelessControls(visitor), [])
  t.same(await faintTexts(visitor), [])
  await page.reload()
  await replies.waitFor()
  t.same([await quizzes.isChecked(), await replies.isChecked()], [false, true])
})

t.test('the page says whether a webhook is verified, why not, and has it asked again', async t => {
  const hooked = await runningConch(t, { WEBHOOKS: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' })
  const hook = await startReceiver(t, status(401))
  const visitor = new Visitor(await openPage(t, browser, `${hooked.url}#notifications`, { locale: 'en-GB' }))
  const { page } = visitor
  const webhook = page.getByRole('region', { name: 'Notify my server (webhook)' })
  await webhook.getByLabel('Address').fill(hook.url)
  await webhook.getByRole('button', { name: 'Save' }).click()
  await webhook.getByRole('status').filter({ hasText: 'answered with a status other than 2xx' }).waitFor()
  t.match(await webhook.getByRole('status').textContent(), /being verified/)
  t.same(await koreanTexts(visitor), [])
  t.same(await faintTexts(visitor), [])
  await page.screenshot({ path: 'test-artifacts/webhook.png', fullPage: true })
  hook.answer(whoWantsThem(status(204)))
  await webhook.getByRole('button', { name: 'Verify again' }).click()
  await webhook.getByRole('status').filter({ hasText: 'The address is verified' }).waitFor()
  await webhook.getByRole('button', { name: 'Verify again' }).waitFor({ state: 'detached' })
})
