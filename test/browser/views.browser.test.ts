import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { type RecordPage, visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
conch.model.script = version => [
  `${version + 1}안: ${'토론에서 근거를 들어 자신의 생각을 말하며 논리적으로 사고하는 힘이 자람. '.repeat(10)}토익 이야기를 함. ${'a'.repeat(200)}`,
]
await mkdir('test-artifacts', { recursive: true })

/** Every view of the page, one after the other. */
async function* views(visitor: RecordPage) {
  yield 'write'
  await visitor.write('토론에서 근거를 들어 말함.', { subject: '국어', label: '2-3-15' })
  await visitor.ended()
  await visitor.page.locator('#edit-0').click()
  await visitor.page.locator('.editor .marks.forbidden').waitFor()
  yield 'task'
  await visitor.page.locator('#editor-confirm').check()
  await visitor.page.locator('.confirm .primary').click()
  await visitor.page.locator('#editor-despite').fill('책 제목이다.')
  yield 'forbidden'
  await visitor.page.locator('.forbidden-findings .danger').click()
  await visitor.page.locator('.saved-text').waitFor()
  yield 'saved'
  await visitor.page.locator('nav.pages a').nth(1).click()
  await visitor.page.locator('.entry').first().waitFor()
  yield 'history'
}

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`360 px are wide enough, and text stands out from its ground (${colorScheme})`, async t => {
    const visitor = await visit(t, browser, conch.url, { viewport: { width: 360, height: 740 }, colorScheme })
    for await (const view of views(visitor)) {
      t.equal(await visitor.overflow(), 0, `${view} cannot be scrolled sideways`)
      t.same(await faintTexts(visitor), [], `${view} has the contrast that WCAG AA asks for`)
      await visitor.page.screenshot({ path: `test-artifacts/${view}-360-${colorScheme}.png`, fullPage: true })
    }
  })
}

t.test('in English every word but the texts is English, and every control has its name', async t => {
  const visitor = await visit(t, browser, conch.url, { locale: 'en-GB' })
  for await (const view of views(visitor)) {
    t.same(await koreanTexts(visitor), [], `${view}: English`)
    t.same(await namelessControls(visitor), [], `${view}: names`)
    t.equal(await visitor.page.locator('h1').count(), 1, `${view}: one main heading`)
    const ids = await visitor.page.evaluate(() => Array.from(document.querySelectorAll('[id]'), element => element.id))
    t.equal(new Set(ids).size, ids.length, `${view}: ids are unique`)
  }
})
