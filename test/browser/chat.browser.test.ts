import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, openChat, talk } from './chat-page.ts'
import { runningConch } from './running-conch.ts'
import { cut } from './scripted-model.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

const beginning = `안녕하세요, 만나서 반가워요.\n${'다다  다다 '.repeat(20)}다`
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

t.test('the end is heard even if it came before the page could look', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.page.route(/api\/conversations\/[^/]+$/, async route => {
    for (;;) {
      const response = await route.fetch()
      if (/"status":"completed"/.test(await response.text())) return route.fulfill({ response })
    }
  })
  await visitor.say('안녕')
  await visitor.hears('답이 끝났습니다.')
  t.same(await visitor.announced(), ['보냈습니다. 답을 기다립니다.', '답이 끝났습니다.'])
  // It may be asking once more, for a page that is about to close.
  await visitor.page.unrouteAll({ behavior: 'ignoreErrors' })
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
  // A character's name is Markdown, too.
  const shown = markup.replace('&amp;', '&')
  t.same(await visitor.texts(), [markup, shown])
  await visitor.summary.locator('.text', { hasText: shown }).waitFor()
  t.match(await visitor.page.locator('h1').textContent(), '<img')
  t.equal(await visitor.page.locator('main img, main script').count(), 0)
})
