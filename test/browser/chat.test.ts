import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, openChat, talk } from './chat-page.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
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
  t.match(await visitor.page.locator('.chat-list').textContent(), '아직 나눈 대화가 없습니다.')
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
