import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { openChat, talk } from './chat-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test('the summary comes by itself after the reply, and says how far it reaches and when', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(
    conch,
    message => [`${message}?`],
    material => (material.includes('둘?') ? [held, '둘까지 말했다.'] : ['하나를 말했다.']),
  )
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('하나')
  await visitor.summary.getByText('하나를 말했다.').waitFor()
  t.match(await visitor.summary.textContent(), /1번째 답까지 반영 · \d{4}\./)
  await visitor.say('둘')
  await visitor.turn(1).becomes('completed')
  await visitor.summary.getByText('답 1개를 요약에 더하는 중입니다.').waitFor()
  t.match(await visitor.summary.textContent(), '1번째 답까지 반영', 'what there is stays')
  go()
  await visitor.summary.getByText('둘까지 말했다.').waitFor()
  t.match(await visitor.summary.textContent(), '2번째 답까지 반영')
  t.notMatch(await visitor.summary.textContent(), '더하는 중')

  await visitor.summary.locator('summary').press('Enter')
  await visitor.summary.getByText('둘까지 말했다.').waitFor({ state: 'hidden' })
  await visitor.page.waitForFunction(() => Object.values(localStorage).includes('false'))
  await visitor.page.reload()
  await visitor.turn(1).becomes('completed')
  t.equal(await visitor.summary.getAttribute('open'), null, 'and stays closed')
})

t.test('a summary is asked for while one is missing and the tab is looked at, and not otherwise', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(
    conch,
    () => ['답.'],
    () => [held, '요약.'],
  )
  const visitor = await openChat(t, browser, conch.url)
  const { page } = visitor
  await page.clock.install()
  await page.reload()
  let asked = 0
  page.on('request', request => {
    if (request.url().endsWith('/summary')) asked++
  })
  const looked = (state: 'visible' | 'hidden') =>
    page.evaluate(state => {
      Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await visitor.say('안녕')
  await visitor.summary.getByText('더하는 중').waitFor()
  await looked('hidden')
  const before = asked
  await page.clock.runFor('10:00')
  t.equal(asked, before, 'no one asks')
  go()
  await looked('visible')
  await page.clock.runFor('10:00')
  await visitor.summary.locator('.text', { hasText: '요약.' }).waitFor()
  const enough = asked
  await page.clock.runFor('10:00')
  t.equal(asked, enough, 'nothing is missing')
})

t.test('the summary goes back with the conversation', async t => {
  talk(
    conch,
    message => [`${message}?`],
    material => [material.includes('셋?') ? '셋까지.' : material.includes('둘?') ? '둘까지.' : '하나까지.'],
  )
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('하나')
  await visitor.summary.getByText('하나까지.').waitFor()
  await visitor.say('둘')
  await visitor.summary.getByText('둘까지.').waitFor()
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(
    conch,
    message => [held, `${message}?`],
    () => ['셋까지.'],
  )
  await visitor.turn(1).button('고치기').click()
  await visitor.turn(1).own.locator('textarea').fill('셋')
  await visitor.turn(1).own.locator('textarea').press('Enter')
  await visitor.summary.getByText('하나까지.').waitFor()
  go()
  await visitor.summary.getByText('셋까지.').waitFor()
})
