import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { type ChatPage, openChat, talk } from './chat-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

/** Replies to everything with an echo, but to the first message only when it is let go. */
function heldFirst(): () => void {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, message => (message === '하나' ? ['하나', held, '?'] : [`${message}?`]))
  return go
}

/** Counts the messages that the page sends. */
function submissions({ page }: ChatPage): { count: number } {
  const seen = { count: 0 }
  page.on('request', request => {
    if (request.method() === 'POST' && /\/messages\?/.test(request.url())) seen.count++
  })
  return seen
}

t.test('a message waits for the reply that is being written, and is answered by itself', async t => {
  const go = heldFirst()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('하나')
  await visitor.turn(0).shows('하나')
  t.match(await visitor.page.locator('#message-hint').textContent(), '답을 쓰는 중입니다.')
  await visitor.say('둘')
  await visitor.turn(1).reply.getByText('앞의 답이 끝나면 답합니다.').waitFor()
  await visitor.hears('보냈습니다. 앞의 답이 끝나면 답합니다.')
  await visitor.page.reload()
  await visitor.turn(1).reply.getByText('앞의 답이 끝나면 답합니다.').waitFor()
  await visitor.turn(0).shows('하나')
  go()
  await visitor.turn(1).becomes('completed')
  t.same(await visitor.texts(), ['하나', '하나?', '둘', '둘?'])
  t.same(await visitor.savedTexts(), ['하나', '하나?', '둘', '둘?'])
})

t.test('a message that waits can be cancelled, and what waits behind it moves up', async t => {
  const go = heldFirst()
  const visitor = await openChat(t, browser, conch.url)
  for (const message of ['하나', '둘', '셋']) await visitor.say(message)
  await visitor.turn(1).button('기다리지 않기').click()
  await visitor.turn(1).becomes('cancelled')
  await visitor.turn(1).reply.getByText('답하기 전에 멈췄습니다.').waitFor()
  go()
  await visitor.turn(2).becomes('completed')
  t.same(await visitor.savedTexts(), ['하나', '하나?', '둘', '', '셋', '셋?'])
})

t.test('a message that waits can be said differently, and waits on', async t => {
  const go = heldFirst()
  const visitor = await openChat(t, browser, conch.url)
  for (const message of ['하나', '둘']) await visitor.say(message)
  await visitor.turn(1).button('고치기').click()
  await visitor.turn(1).own.locator('textarea').fill('셋')
  await visitor.turn(1).button('다시 보내기').click()
  await visitor.said('셋')
  await visitor.turn(1).reply.getByText('앞의 답이 끝나면 답합니다.').waitFor()
  go()
  await visitor.turn(1).becomes('completed')
  t.same(await visitor.savedTexts(), ['하나', '하나?', '셋', '셋?'])
})

t.test('a message can stop the reply that is being written and be answered at once', async t => {
  heldFirst()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('하나')
  await visitor.turn(0).shows('하나')
  t.equal(await visitor.button('멈추고 보내기').count(), 0, 'offered once there is something to send')
  await visitor.message.fill('둘')
  await visitor.button('멈추고 보내기').click()
  await visitor.turn(1).becomes('completed')
  await visitor.turn(0).becomes('cancelled')
  t.same(await visitor.texts(), ['하나', '하나', '둘', '둘?'])
  t.same(await visitor.savedTexts(), ['하나', '하나', '둘', '둘?'])
  await visitor.page.locator('#message:focus').waitFor()
})

t.test('a reply for another window is no reason to lose the message: it can wait', async t => {
  const go = heldFirst()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('처음')
  await visitor.turn(0).becomes('completed')
  const messages = new URL(`/api/conversations/${visitor.conversationId}/messages`, conch.url).href
  const accepted = await visitor.page.request.post(messages, { data: { content: '하나' } })
  t.equal(accepted.status(), 202)
  await visitor.message.fill('둘')
  await visitor.message.press('Enter')
  await visitor.page.locator('#message-fault', { hasText: '다른 창에서 보낸 말에 답을 쓰는 중입니다.' }).waitFor()
  t.equal(await visitor.message.inputValue(), '둘')
  await visitor.turn(1).shows('하나')
  await visitor.button('기다렸다 보내기').click()
  await visitor.said('둘')
  go()
  await visitor.turn(2).becomes('completed')
  t.same(await visitor.texts(), ['처음', '처음?', '하나', '하나?', '둘', '둘?'])
})

t.test('what was said in another window is there when this one is looked at again', async t => {
  talk(conch, message => [`${message}?`])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('처음')
  await visitor.turn(0).becomes('completed')
  const messages = new URL(`/api/conversations/${visitor.conversationId}/messages`, conch.url).href
  await visitor.page.request.post(messages, { data: { content: '다음' } })
  await visitor.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await visitor.turn(1).becomes('completed')
  t.same(await visitor.texts(), ['처음', '처음?', '다음', '다음?'])
})

t.test('Enter sends, Shift+Enter is a new line, and neither does while Hangul is composed', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  const sent = submissions(visitor)
  const { page, message } = visitor
  await message.pressSequentially('첫 줄')
  await message.press('Shift+Enter')
  const keyboard = await page.context().newCDPSession(page)
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }
  await keyboard.send('Input.imeSetComposition', { text: '발ㅍ', selectionStart: 2, selectionEnd: 2 })
  for (const modifiers of [0, 2, 8]) {
    await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', modifiers, ...enter })
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', modifiers, ...enter })
  }
  await keyboard.send('Input.insertText', { text: '발표' })
  await message.evaluate(element => {
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true }))
  })
  t.equal(await message.inputValue(), '첫 줄\n발표')
  t.equal(sent.count, 0)
  await message.press('Enter')
  await visitor.turn(0).becomes('completed')
  t.equal(sent.count, 1)
  t.same(await visitor.texts(), ['첫 줄\n발표', '답.'])
})

t.test('on a touch screen Enter is a new line, and the button sends', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url, { hasTouch: true, isMobile: true })
  await visitor.message.fill('첫 줄')
  await visitor.message.press('Enter')
  await visitor.message.pressSequentially('둘째 줄')
  t.equal(await visitor.message.inputValue(), '첫 줄\n둘째 줄')
  t.equal(await visitor.page.locator('#message-hint').count(), 0, 'and nothing speaks of keys')
  await visitor.button('보내기').tap()
  await visitor.turn(0).becomes('completed')
})

t.test('Enter pressed twice sends once', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  const sent = submissions(visitor)
  await visitor.message.fill('안녕')
  await visitor.message.evaluate(element => {
    for (let count = 0; count < 2; count++)
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  })
  await visitor.turn(0).becomes('completed')
  t.equal(sent.count, 1)
})

t.test('what cannot be sent says why, and stays', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  const fault = visitor.page.locator('#message-fault')
  t.equal(await visitor.button('보내기').getAttribute('aria-disabled'), 'true')
  await visitor.button('보내기').click({ force: true })
  await fault.filter({ hasText: '보낼 말을 먼저 적어 주세요.' }).waitFor()
  await visitor.hears('보낼 말을 먼저 적어 주세요.')
  await visitor.page.locator('#message:focus').waitFor()

  await visitor.message.fill(`😀${'가'.repeat(20_001)}`)
  await fault.waitFor({ state: 'detached' })
  await visitor.message.press('Enter')
  await fault.filter({ hasText: '20,000자까지 보낼 수 있습니다. 2자를 줄여 주세요.' }).waitFor()

  await visitor.message.fill('안녕')
  await visitor.page.route('**/messages?*', route =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      headers: { 'retry-after': '12' },
      body: JSON.stringify({ status: 503, code: 'queue-full', title: 'Full', detail: 'Full.' }),
    }),
  )
  await visitor.message.press('Enter')
  await fault.filter({ hasText: '12초 뒤에 다시 시도해 주세요' }).waitFor()
  await visitor.page.unroute('**/messages?*')
  await visitor.page.context().setOffline(true)
  await visitor.message.press('Enter')
  await visitor.page.locator('.own[data-pending]', { hasText: '안녕' }).getByText('보내지 않음').waitFor()
  t.equal(await visitor.message.inputValue(), '')
  await visitor.page.context().setOffline(false)
  await visitor.turn(0).becomes('completed')
  const { items } = await visitor.api<{ items: unknown[] }>('/api/conversations')
  t.equal(items.length, 1, 'no empty conversation is left by what failed')
})

t.test('each conversation keeps what is being written to it in this tab, until it is accepted', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('하나')
  await visitor.turn(0).becomes('completed')
  await visitor.message.fill('하나에 쓰던 말')
  await visitor.toNew()
  t.equal(await visitor.message.inputValue(), '')
  await visitor.message.fill('새로 쓰던 말')
  await visitor.page.reload()
  await visitor.page.locator('.chat-welcome').waitFor()
  t.equal(await visitor.message.inputValue(), '새로 쓰던 말')
  await visitor.entries.getByRole('link').click()
  await visitor.turn(0).becomes('completed')
  t.equal(await visitor.message.inputValue(), '하나에 쓰던 말')
  await visitor.message.press('Enter')
  await visitor.turn(1).becomes('completed')
  await visitor.page.reload()
  await visitor.turn(1).becomes('completed')
  t.equal(await visitor.message.inputValue(), '')
  t.notMatch(await visitor.page.evaluate(() => JSON.stringify({ ...sessionStorage })), '하나에 쓰던 말')
})

t.test('a message grows with its lines up to some height', async t => {
  const visitor = await openChat(t, browser, conch.url)
  const height = async () => (await visitor.message.boundingBox())?.height ?? 0
  const one = await height()
  await visitor.message.fill('하나\n둘\n셋')
  const three = await height()
  t.ok(three > 1.5 * one, `${three} > ${one}`)
  await visitor.message.fill('줄\n'.repeat(50))
  t.ok((await height()) < 300)
})
