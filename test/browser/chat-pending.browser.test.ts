import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { openChat, talk } from './chat-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test('the first message stands in the conversation at once, and what is typed meanwhile goes along', async t => {
  talk(conch, message => [`${message}?`])
  const visitor = await openChat(t, browser, conch.url)
  const { page } = visitor
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  await page.route('**/api/conversations', async route => {
    if (route.request().method() === 'POST') await held
    await route.continue()
  })
  await visitor.message.fill('안녕')
  await visitor.message.press('Enter')
  const pending = page.locator('.own[data-pending]')
  t.match(await pending.textContent(), '보내는 중')
  t.equal(await pending.locator('.text').textContent(), '안녕')
  t.equal(await visitor.message.inputValue(), '')
  await visitor.message.fill('그리고')
  go()
  await visitor.turn(0).becomes('completed')
  t.same(await visitor.texts(), ['안녕', '안녕?'])
  t.equal(await pending.count(), 0)
  t.equal(await visitor.message.inputValue(), '그리고')
})

t.test('offline it stands unsent with a button, and counts once', async t => {
  talk(conch, message => [`${message}?`])
  const visitor = await openChat(t, browser, conch.url)
  const { page } = visitor
  const sent: string[] = []
  page.on('request', request => {
    if (request.method() === 'POST' && request.url().includes('/messages')) sent.push(request.postData() ?? '')
  })
  await page.context().setOffline(true)
  await visitor.message.fill('안녕')
  await visitor.message.press('Enter')
  await page.locator('.own[data-pending]').getByText('보내지 않음').waitFor()
  const now = page.getByRole('button', { name: '지금 보내기' })
  await now.waitFor()
  t.equal(sent.length, 0)
  await now.click()
  await page.locator('.own[data-pending]').getByText('보내지 않음').waitFor()
  t.equal(sent.length, 0, 'in vain, while there is no network')
  await page.context().setOffline(false)
  await now.click()
  await visitor.turn(0).becomes('completed')
  t.same(await visitor.texts(), ['안녕', '안녕?'])
  t.equal((await visitor.api<{ items: unknown[] }>('/api/conversations')).items.length, 1)
})

t.test('a message that cannot be sent returns to the field, before what was typed meanwhile', async t => {
  const visitor = await openChat(t, browser, conch.url)
  const { page } = visitor
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  await page.route('**/messages?*', async route => {
    await held
    await route.fulfill({ status: 422, contentType: 'application/problem+json', body: '{"status":422,"code":"x"}' })
  })
  await visitor.message.fill('안녕')
  await visitor.message.press('Enter')
  await page.locator('.own[data-pending]').waitFor()
  await visitor.message.fill('그리고')
  go()
  await page.locator('#message-fault').waitFor()
  t.equal(await visitor.message.inputValue(), '안녕\n\n그리고')
  t.equal(await page.locator('.own').count(), 0)
})
