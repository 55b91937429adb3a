import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test('the page speaks the first language of the browser, Korean or else English', async t => {
  for (const [locale, lang, title] of [
    ['ko-KR', 'ko', '무엇을 보셨나요?'],
    ['ko', 'ko', '무엇을 보셨나요?'],
    ['en-US', 'en', 'What did you observe?'],
    ['fr-FR', 'en', 'What did you observe?'],
  ] as const) {
    const { page } = await visit(t, browser, conch.url, { locale })
    t.equal(await page.locator('html').getAttribute('lang'), lang, locale)
    t.equal(await page.locator('h1').textContent(), title, locale)
  }
})

t.test('the whole way is walked with the keyboard, and the focus goes where the work goes on', async t => {
  conch.model.script = version => [`${version + 1}안`]
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate(() => document.activeElement?.textContent), '본문으로 건너뛰기')
  await page.locator('#observations').focus()
  await page.keyboard.type('토론에서 말함')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), '초안 쓰기')
  await page.keyboard.press('Enter')
  await visitor.ended()
  await page.locator('h1:focus').waitFor()
  await page.locator('#edit-0').press('Enter')
  await page.locator('#editor-text:focus').waitFor()
  await page.locator('#editor-confirm').press('Space')
  await page.locator('.confirm .primary').press('Enter')
  await page.locator('#saved-title:focus').waitFor()
})

t.test('the focus stays where a button was when it gives way to another', async t => {
  conch.model.script = () => ['쓰는 중', new Promise(() => {})]
  const visitor = await visit(t, browser, conch.url)
  const focused = () => visitor.page.evaluate(() => document.activeElement?.textContent?.trim())
  await visitor.write('말함')
  await visitor.column(1).shows('쓰는 중')
  await visitor.column(1).button('멈추기').press('Enter')
  await visitor.column(1).becomes('cancelled')
  await visitor.page.locator('.column:nth-child(2) :focus').waitFor()
  await visitor.column(1).button('다시 쓰기').press('Enter')
  await visitor.page.locator('.column:nth-child(2) [data-focus]:focus').waitFor()
  t.equal(await focused(), '그대로 두기', 'the harmless answer')
  await visitor.page.keyboard.press('Enter')
  await visitor.column(1).root.locator('footer :focus').waitFor()
  await visitor.page.getByRole('button', { name: '모두 멈추기' }).press('Enter')
  await visitor.ended()
  await visitor.page.locator('.task-head :focus').waitFor()
  t.equal(await focused(), '내용 고쳐 새로 쓰기')
})

t.test('nothing moves for those who ask for less motion', async t => {
  conch.model.script = () => ['쓰는 중', new Promise(() => {})]
  const visitor = await visit(t, browser, conch.url, { reducedMotion: 'reduce' })
  await visitor.write('말함')
  await visitor.column(0).shows('쓰는 중')
  t.equal(await visitor.page.evaluate(() => document.getAnimations().length), 0)
})
