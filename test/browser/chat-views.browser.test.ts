import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { type ChatPage, openChat, talk } from './chat-page.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { runningConch } from './running-conch.ts'
import { cut } from './scripted-model.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

const reply = `${'내일은 첫 문장만 소리 내어 연습해 보세요. '.repeat(8)}\n\n${'a'.repeat(200)}`

/** Every view of the page, one after the other. */
async function* views(visitor: ChatPage, text: string) {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(
    conch,
    message => (message === 'cut' ? [text, cut] : message === 'held' ? [text, held] : [text]),
    () => [text],
  )
  yield 'chat-new'
  await visitor.say('Hello')
  await visitor.turn(0).becomes('completed')
  await visitor.say('cut')
  await visitor.turn(1).becomes('incomplete')
  if ((await visitor.summary.getAttribute('open')) === null) await visitor.summary.locator('summary').click()
  await visitor.summary.locator('.text').waitFor()
  yield 'chat'
  await visitor.summary.locator('summary').click()
  await visitor.say('held')
  await visitor.turn(2).shows(text.slice(0, 5))
  await visitor.say('waits')
  await visitor.message.fill('A message\nof several lines\nthat is not sent yet')
  await visitor.turn(0).own.getByRole('button').first().click()
  await visitor.turn(0).own.locator('textarea').waitFor()
  yield 'chat-busy'
  go()
  await visitor.turn(3).becomes('completed')
  await visitor.page.locator('.chat-remove button').click()
  yield 'chat-remove'
  await visitor.page.goto(`${conch.url}#chat`)
  await visitor.entries.first().waitFor()
  yield 'chat-list'
}

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`360 px are wide enough, and text stands out from its ground (${colorScheme})`, async t => {
    const visitor = await openChat(t, browser, conch.url, { viewport: { width: 360, height: 740 }, colorScheme })
    for await (const view of views(visitor, reply)) {
      await visitor.page.screenshot({ path: `test-artifacts/${view}-360-${colorScheme}.png` })
      t.equal(await visitor.overflow(), 0, `${view} cannot be scrolled sideways`)
      t.same(await faintTexts(visitor), [], `${view} has the contrast that WCAG AA asks for`)
      await visitor.page.screenshot({ path: `test-artifacts/${view}-360-${colorScheme}-whole.png`, fullPage: true })
    }
  })
}

t.test('in English every word but the texts is English, and every control has its name', async t => {
  const visitor = await openChat(t, browser, conch.url, { locale: 'en-GB' })
  for await (const view of views(visitor, 'Practise only the first sentence aloud tomorrow. '.repeat(4))) {
    t.same(await koreanTexts(visitor), [], `${view}: English`)
    t.same(await namelessControls(visitor), [], `${view}: names`)
    t.equal(await visitor.page.locator('h1').count(), 1, `${view}: one main heading`)
    const ids = await visitor.page.evaluate(() => Array.from(document.querySelectorAll('[id]'), element => element.id))
    t.equal(new Set(ids).size, ids.length, `${view}: ids are unique`)
    await visitor.page.screenshot({ path: `test-artifacts/${view}-en.png` })
  }
})

t.test('where there is no room beside, there is the list or one conversation, and a way back', async t => {
  talk(conch, () => ['답.'])
  const visitor = await openChat(t, browser, conch.url, { viewport: { width: 360, height: 740 } })
  await visitor.say('안녕')
  await visitor.turn(0).becomes('completed')
  t.equal(await visitor.entries.isVisible(), false)
  await visitor.page.getByRole('link', { name: '대화 목록으로' }).click()
  await visitor.page.locator('h1:focus', { hasText: '대화' }).waitFor()
  t.ok(await visitor.entries.isVisible())
  t.equal(await visitor.turns.count(), 0)
})

t.test('the end stays in sight while it grows, but not for a reader who has scrolled up', async t => {
  const steps = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const part = (index: number) => `${index}부분\n${'줄\n'.repeat(60)}`
  talk(conch, () => [part(0), ...steps.flatMap(({ promise }, index) => [promise, part(index + 1)])])
  const visitor = await openChat(t, browser, conch.url, { viewport: { width: 800, height: 600 } })
  const { page } = visitor
  await visitor.say('안녕')
  const inSight = () =>
    page.waitForFunction(() => {
      const bottom = document.querySelector('.conversation')?.getBoundingClientRect().bottom ?? 0
      return Math.abs(bottom - innerHeight) < 2
    })
  await visitor.turn(0).shows('0부분')
  await inSight()
  steps[0]?.resolve()
  await visitor.turn(0).shows('1부분')
  await inSight()

  // A notice that comes and goes; then all goes and more comes, before the page is drawn.
  await page.evaluate(async () => {
    const drawn = () => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    const notice = Object.assign(document.createElement('p'), { style: 'height: 105px' })
    const list = document.querySelector<HTMLElement>('.messages') as HTMLElement
    list.append(notice)
    await drawn()
    notice.remove()
    await drawn()
  })
  await inSight()
  await page.evaluate(
    () =>
      new Promise<void>(done =>
        setTimeout(() => {
          const list = document.querySelector<HTMLElement>('.messages') as HTMLElement
          list.hidden = true
          document.body.getBoundingClientRect()
          list.hidden = false
          list.style.paddingBottom = '300px'
          done()
        }),
      ),
  )
  await inSight()
  await page.evaluate(() => document.querySelector('.messages')?.removeAttribute('style'))
  await inSight()

  // Once a reader moves it, it may grow in the same moment.
  await page.mouse.move(400, 200)
  await page.evaluate(() =>
    addEventListener(
      'wheel',
      () => {
        const list = document.querySelector<HTMLElement>('.messages') as HTMLElement
        list.style.paddingBottom = '40px'
      },
      { once: true },
    ),
  )
  await page.mouse.wheel(0, -300)
  await visitor.button('맨 아래로').waitFor()
  await page.evaluate(() => document.querySelector('.messages')?.removeAttribute('style'))
  const place = await page.evaluate(() => scrollY)
  steps[1]?.resolve()
  await visitor.turn(0).shows('2부분')
  await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  t.equal(await page.evaluate(() => scrollY), place, 'left alone')
  await visitor.button('맨 아래로').press('Enter')
  await inSight()
  await visitor.button('맨 아래로').waitFor({ state: 'detached' })
  await page.locator('#message:focus').waitFor()
  steps[2]?.resolve()
  await visitor.turn(0).shows('3부분')
  await inSight()
  steps[3]?.resolve()
  await visitor.turn(0).becomes('completed')
  await inSight()

  await page.reload()
  await visitor.turn(0).becomes('completed')
  await inSight()
})

t.test('the whole way is walked with the keyboard', async t => {
  const { promise: held } = Promise.withResolvers<void>()
  talk(conch, message => (message === '그만' ? ['쓰는 중', held] : ['답.']))
  const visitor = await openChat(t, browser, conch.url)
  const { page } = visitor
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
  await visitor.message.focus()
  await page.keyboard.type('안녕')
  await page.keyboard.press('Enter')
  await visitor.turn(0).becomes('completed')
  await page.locator('#message:focus').waitFor()
  await page.keyboard.press('Shift+Tab')
  t.equal(await focused(), '다시 쓰기')
  await page.keyboard.press('Enter')
  await page.locator('.partner [data-focus]:focus').waitFor()
  t.equal(await focused(), '그대로 두기', 'the harmless answer')
  await page.keyboard.press('Enter')
  await page.locator('.partner footer button:focus').waitFor()
  t.equal(await focused(), '복사')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.locator('#message:focus').waitFor()
  await page.keyboard.type('그만')
  await page.keyboard.press('Enter')
  await visitor.turn(1).shows('쓰는 중')
  await page.keyboard.press('Tab')
  t.equal(await focused(), '답 멈추기')
  await page.keyboard.press('Enter')
  await visitor.turn(1).becomes('cancelled')
  await page.locator('.composer button:focus').waitFor()
  t.equal(await focused(), '보내기')
})

t.test('nothing moves for those who ask for less motion', async t => {
  const { promise: held } = Promise.withResolvers<void>()
  talk(conch, () => ['쓰는 중', held])
  const visitor = await openChat(t, browser, conch.url, { reducedMotion: 'reduce' })
  await visitor.say('안녕')
  await visitor.turn(0).shows('쓰는 중')
  t.equal(await visitor.page.evaluate(() => document.getAnimations().length), 0)
})
