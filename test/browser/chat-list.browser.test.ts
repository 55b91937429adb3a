import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, openChat, talk } from './chat-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test('a conversation is deleted when the question is answered, also while a reply is being written', async t => {
  talk(conch, () => ['다다', new Promise(() => {})])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  await visitor.turn(0).shows('다다')
  const { conversationId } = visitor
  const tab = await anotherTab(t, visitor)
  await tab.turn(0).shows('다다')
  await visitor.button('대화 지우기').press('Enter')
  await visitor.page.locator('.chat-remove [data-focus]:focus').waitFor()
  await visitor.page.keyboard.press('Enter')
  await visitor.button('대화 지우기').click()
  await visitor.page.locator('.chat-remove .danger').click()
  await visitor.hears('대화를 지웠습니다.')
  await visitor.page.locator('h1:focus', { hasText: '대화' }).waitFor()
  await visitor.page.getByText('아직 나눈 대화가 없습니다.').waitFor()
  t.match(await visitor.api(`/api/conversations/${conversationId}`), { code: 'conversation-not-found' })
  await tab.page.locator('h1', { hasText: '이 대화를 찾을 수 없습니다.' }).waitFor()
})

t.test('the list has the conversation used last first, and says where a reply is being written', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, message => (message === '셋' ? [held, '답.'] : ['답.']))
  const visitor = await openChat(t, browser, conch.url)
  const titles = () => visitor.entries.locator('b').allTextContents()
  for (const title of ['하나', '둘']) {
    await visitor.say(title)
    await visitor.turn(0).becomes('completed')
    await visitor.toNew()
  }
  t.same(await titles(), ['둘', '하나'])
  await visitor.entries.nth(1).getByRole('link').click()
  await visitor.page.locator('h1:focus', { hasText: '하나' }).waitFor()
  await visitor.say('셋')
  await visitor.page.waitForFunction(() => document.querySelector('.chat-list b')?.textContent === '하나')
  t.same(await titles(), ['하나', '둘'])
  await visitor.entries.nth(1).getByRole('link').click()
  await visitor.page.locator('h1', { hasText: '둘' }).waitFor()
  await visitor.entries.nth(0).getByText('쓰는 중').waitFor()
  t.equal(await visitor.entries.nth(1).getByRole('link').getAttribute('aria-current'), 'page')
  go()
  await visitor.entries.nth(0).getByText('쓰는 중').waitFor({ state: 'detached' })
})

t.test('a long list comes page by page', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.page.route(/api\/conversations(\?|$)/, route => {
    const url = new URL(route.request().url())
    if (route.request().method() === 'GET') url.searchParams.set('limit', '2')
    return route.continue({ url: url.href })
  })
  for (const title of ['하나', '둘', '셋']) {
    await visitor.say(title)
    await visitor.turn(0).becomes('completed')
    await visitor.toNew()
  }
  await visitor.page.reload()
  await visitor.entries.nth(1).waitFor()
  await visitor.button('더 보기').click()
  await visitor.entries.nth(2).waitFor()
  t.same(await visitor.entries.locator('b').allTextContents(), ['셋', '둘', '하나'])
  t.equal(await visitor.button('더 보기').count(), 0)
  await visitor.say('넷')
  await visitor.entries.nth(3).waitFor()
  t.same(await visitor.entries.locator('b').allTextContents(), ['넷', '셋', '둘', '하나'], 'and what was loaded stays')
})

t.test('earlier messages come when asked for, and what is being read stays where it is', async t => {
  talk(conch, message => [`${message}?`])
  const visitor = await openChat(t, browser, conch.url)
  const said = ['하나', '둘', '셋', '넷', '다섯']
  for (const [index, message] of said.entries()) {
    await visitor.say(message)
    await visitor.turn(index).becomes('completed')
  }
  await visitor.page.route(/api\/conversations\/[^/?]+(\?|$)/, route => {
    const url = new URL(route.request().url())
    if (route.request().method() === 'GET') url.searchParams.set('limit', '2')
    return route.continue({ url: url.href })
  })
  await visitor.page.reload()
  await visitor.turn(1).becomes('completed')
  t.same(await visitor.texts(), ['넷', '넷?', '다섯', '다섯?'])
  const more = visitor.button('이전 메시지 보기')
  const four = visitor.page.locator('.own .text', { hasText: '넷' })
  await more.scrollIntoViewIfNeeded()
  const placeOf = async () => (await four.boundingBox())?.y ?? Number.NaN
  const before = await placeOf()
  await more.press('Enter')
  await visitor.turn(3).becomes('completed')
  t.ok(Math.abs((await placeOf()) - before) < 2, 'it has not moved')
  await more.press('Enter')
  await visitor.turn(4).becomes('completed')
  t.same(
    await visitor.texts(),
    said.flatMap(message => [message, `${message}?`]),
  )
  t.equal(await more.count(), 0)
  await visitor.page.locator('.messages ol:focus').waitFor()

  await visitor.say('여섯')
  await visitor.turn(5).becomes('completed')
  t.equal((await visitor.texts()).length, 12, 'and stay when the conversation goes on')
})

t.test('a link to a conversation of another owner says what to do', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  const stranger = await openChat(t, browser, conch.url)
  await stranger.page.goto(visitor.page.url())
  await stranger.page.locator('h1', { hasText: '이 대화를 찾을 수 없습니다.' }).waitFor()
  await stranger.page.getByRole('link', { name: '대화 목록으로' }).click()
  await stranger.page.locator('h1:focus', { hasText: '대화' }).waitFor()
})
