import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, openChat, talk } from './chat-page.ts'
import { runningConch } from './running-conch.ts'
import { cut } from './scripted-model.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

const beginning = `안녕하세요, 만나서 반가워요.\n\n${' 다다 다다 '.repeat(20)}`
const ending = '오늘은 어떤 하루였어요?'
const pieces = (text: string) => text.match(/.{1,3}/gs) ?? []

/** Replies with the beginning, and with the ending when it is let go. */
function heldReply(): () => void {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, () => [...pieces(beginning), held, ending])
  return go
}

t.test('a message begins a conversation, and the reply comes as it is written and is kept', async t => {
  const go = heldReply()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.page.locator('.chat-list', { hasText: '아직 나눈 대화가 없습니다.' }).waitFor()
  await visitor.say('안녕, 나는 지수야.\n반가워.')
  await visitor.turn(0).shows('반가워요')
  t.equal(await visitor.turn(0).reply.getAttribute('aria-busy'), 'true')
  t.equal(await visitor.message.inputValue(), '')
  await visitor.page.locator('#message:focus').waitFor()
  await visitor.page.locator('h1', { hasText: '안녕, 나는 지수야.' }).waitFor()
  t.match(await visitor.entries.textContent(), /안녕, 나는 지수야.*쓰는 중/s)
  await visitor.page.screenshot({ path: 'test-artifacts/chat-running.png' })
  go()
  await visitor.turn(0).becomes('completed')
  t.same(await visitor.texts(), ['안녕, 나는 지수야.\n반가워.', beginning + ending])
  t.same(await visitor.savedTexts(), ['안녕, 나는 지수야.\n반가워.', beginning + ending])
  await visitor.entries.locator('.dot').waitFor({ state: 'detached' })
  await visitor.page.screenshot({ path: 'test-artifacts/chat.png', fullPage: true })
})

t.test('a listener hears that it was sent and that the reply ended, and no word of it', async t => {
  talk(conch, () => pieces(beginning))
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  await visitor.hears('답이 끝났습니다.')
  t.same(await visitor.announced(), ['보냈습니다. 답을 기다립니다.', '답이 끝났습니다.'])
  t.equal(await visitor.page.getByRole('log', { name: '주고받은 말' }).getAttribute('aria-live'), 'off')
  t.equal(await visitor.page.locator('[aria-live=polite], [role=status], [role=alert]').count(), 1)
})

t.test('a reload in the middle goes on where it was, and another tab shows it too', async t => {
  const go = heldReply()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  await visitor.turn(0).shows('다다')
  await visitor.page.reload()
  await visitor.turn(0).shows(' 다다 다다 '.repeat(20))
  await visitor.hears('쓰고 있던 답을 이어서 받습니다.')
  const tab = await anotherTab(t, visitor)
  await tab.turn(0).shows('다다')
  go()
  for (const one of [visitor, tab]) {
    await one.turn(0).becomes('completed')
    t.same(await one.texts(), ['안녕', beginning + ending])
  }
  await visitor.page.reload()
  await visitor.turn(0).becomes('completed')
  t.same(await visitor.texts(), ['안녕', beginning + ending], 'and after its end')
})

t.test('a server that goes away and comes back is said in words, and the reply is whole in the end', async t => {
  heldReply()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  await visitor.turn(0).shows('다다')
  await conch.stop()
  await visitor
    .turn(0)
    .reply.locator('.notice', { hasText: /연결이 끊겨|실시간 연결이 되지 않아/ })
    .waitFor()
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, () => ['다시 ', held, '처음부터.'])
  await conch.start()
  await visitor.turn(0).shows('다시 ')
  go()
  await visitor.turn(0).becomes('completed')
  t.equal(await visitor.turn(0).text(), '다시 처음부터.')
  t.same(await visitor.savedTexts(), ['안녕', '다시 처음부터.'])
})

t.test('a reply is stopped, what it has said stays and is marked, and it can be written again', async t => {
  heldReply()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  const { own: _, ...reply } = visitor.turn(0)
  await reply.shows('다다')
  await visitor.page.reload()
  await reply.shows('다다')
  await visitor.button('답 멈추기').press('Enter')
  await reply.becomes('cancelled')
  await visitor.hears('답을 멈췄습니다.')
  await visitor.page.locator('.composer button[type=submit]:focus').waitFor()
  t.equal(await reply.text(), beginning)
  t.match(await reply.reply.locator('.status').textContent(), '멈춤')
  t.same(await visitor.savedTexts(), ['안녕', beginning])

  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, () => [held, '새 답.'])
  await reply.button('다시 쓰기').click()
  await reply.reply.getByText('지금 글을 버리고').waitFor()
  await reply.button('그대로 두기').press('Enter')
  t.equal(await reply.text(), beginning)
  await reply.button('다시 쓰기').click()
  await reply.button('다시 쓰기').click()
  await visitor.page.locator('.partner[aria-busy=true]').waitFor()
  await visitor.page.reload()
  await reply.reply.getByText(/기다리는 중|기다림/).waitFor()
  t.equal(await reply.text(), '', 'the old text has gone')
  go()
  await reply.becomes('completed')
  t.equal(await reply.text(), '새 답.')
  t.same(await visitor.savedTexts(), ['안녕', '새 답.'])
})

t.test('a reply that failed or broke off says why, and can be written again', async t => {
  talk(conch, () => [cut])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  const reply = visitor.turn(0)
  await reply.becomes('failed')
  await visitor.hears('답하지 못했습니다.')
  t.match(await reply.reply.locator('.fault').textContent(), /중간에 끊겼습니다|답하지 않습니다/)
  talk(conch, () => ['반가', cut])
  await reply.button('다시 쓰기').click()
  await reply.becomes('incomplete')
  await visitor.hears('답이 중간에 끊겼습니다.')
  t.equal(await reply.text(), '반가')
  t.match(await reply.reply.locator('.fault').textContent(), '중간에 끊겼습니다.')
  await visitor.page.reload()
  await reply.becomes('incomplete')
  t.match(await reply.reply.locator('.fault').textContent(), '중간에 끊겼습니다.', 'and after a reload')
})

t.test('only the last reply can be written again', async t => {
  talk(conch, message => [`${message}?`])
  const visitor = await openChat(t, browser, conch.url)
  for (const [index, message] of ['하나', '둘'].entries()) {
    await visitor.say(message)
    await visitor.turn(index).becomes('completed')
  }
  t.equal(await visitor.turn(0).button('다시 쓰기').count(), 0)
  t.equal(await visitor.turn(1).button('다시 쓰기').count(), 1)
})

t.test('any message can be said differently: what came after it goes, and it says so', async t => {
  talk(conch, message => [`${message}?`])
  const visitor = await openChat(t, browser, conch.url)
  for (const [index, message] of ['하나', '둘', '셋'].entries()) {
    await visitor.say(message)
    await visitor.turn(index).becomes('completed')
  }
  const { own, button } = visitor.turn(1)
  await button('고치기').click()
  const edited = own.locator('textarea')
  t.match(await own.textContent(), '그 뒤에 나눈 대화(1번)')
  await edited.fill('둘 아니고 넷')
  await button('그만두기').press('Enter')
  t.same(await visitor.texts(), ['하나', '하나?', '둘', '둘?', '셋', '셋?'])
  await visitor.page.locator('.turn:nth-child(2) .own button:focus').waitFor()

  await button('고치기').click()
  t.equal(await edited.inputValue(), '둘', 'what was given up is forgotten')
  await edited.fill('넷')
  await edited.press('Enter')
  await visitor.said('넷')
  await visitor.turn(1).becomes('completed')
  t.same(await visitor.texts(), ['하나', '하나?', '넷', '넷?'])
  t.same(await visitor.savedTexts(), ['하나', '하나?', '넷', '넷?'])
  await visitor.page.locator('#message:focus').waitFor()

  await visitor.turn(1).button('고치기').click()
  t.match(await own.textContent(), '지금 받은 답은 지워집니다.')
})

t.test('a message is said differently while the reply to it is still being written', async t => {
  heldReply()
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  await visitor.turn(0).shows('다다')
  talk(conch, message => [`${message}?`])
  await visitor.turn(0).button('고치기').click()
  await visitor.turn(0).own.locator('textarea').fill('잘 가')
  await visitor.turn(0).own.locator('textarea').press('Enter')
  await visitor.said('잘 가')
  await visitor.turn(0).becomes('completed')
  t.same(await visitor.texts(), ['잘 가', '잘 가?'])
  t.same(await visitor.savedTexts(), ['잘 가', '잘 가?'])
})

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
  t.equal(asked, before, 'nobody looks')
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

t.test('a conversation is deleted when the question is answered, also while a reply is being written', async t => {
  heldReply()
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

t.test('a link to a conversation of somebody else says what to do', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('안녕')
  const stranger = await openChat(t, browser, conch.url)
  await stranger.page.goto(visitor.page.url())
  await stranger.page.locator('h1', { hasText: '이 대화를 찾을 수 없습니다.' }).waitFor()
  await stranger.page.getByRole('link', { name: '대화 목록으로' }).click()
  await stranger.page.locator('h1:focus', { hasText: '대화' }).waitFor()
})

t.test('markup that is said, replied or summed up is text', async t => {
  const markup = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>&amp;'
  talk(
    conch,
    () => [markup],
    () => [markup],
  )
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say(markup)
  await visitor.turn(0).becomes('completed')
  t.same(await visitor.texts(), [markup, markup])
  await visitor.summary.locator('.text', { hasText: markup }).waitFor()
  t.match(await visitor.page.locator('h1').textContent(), '<img')
  t.equal(await visitor.page.locator('main img, main script').count(), 0)
})
