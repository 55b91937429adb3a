import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { type RecordPage, visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test('who has the page translated sees the text go on, its end whole and once, and its state', async t => {
  const { promise: first, resolve: goOn } = Promise.withResolvers<void>()
  const { promise: second, resolve: finish } = Promise.withResolvers<void>()
  conch.model.script = version => [`${version}번째 글의 처음`, first, ' 다음', second, ' 끝.']
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.', { label: '2-3-15' })
  await visitor.column(0).holds('0번째 글의 처음')
  await translate(visitor)
  await shows(visitor, 0, '<0번째 글의 처음>')
  t.match(await visitor.column(0).root.locator('.status').textContent(), '<쓰는 중>')
  t.notMatch(await visitor.page.locator('.stages').textContent(), /<[\d.]+초>/, 'but its numbers')

  goOn()
  for (const index of [0, 1, 2]) await shows(visitor, index, `<${index}번째 글의 처음>< 다음>`)
  finish()
  for (const index of [0, 1, 2]) {
    await visitor.column(index).root.locator('.status', { hasText: '<완료>' }).waitFor()
    await shows(visitor, index, `<${index}번째 글의 처음 다음 끝.>`)
    t.equal(await visitor.column(index).root.locator('.status').textContent(), '<완료>', 'and no state twice')
  }
  // The page works on: what it puts in and takes out is at its place.
  await visitor.column(0).root.locator('button.primary').click()
  await visitor.page.locator('#editor-text').waitFor()
  t.equal(await visitor.page.locator('#editor-text').inputValue(), '0번째 글의 처음 다음 끝.')
  await visitor.page.locator('.editor header button').click()
  await visitor.page.locator('#editor-text').waitFor({ state: 'detached' })
  t.same(await visitor.page.evaluate(() => document.querySelectorAll('.column').length), 3)
})

/** Translates as Chrome does, now and whatever comes: `<font>` in place of each text node. */
function translate({ page }: RecordPage): Promise<void> {
  return page.evaluate(() => {
    const wrap = () => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const found: Text[] = []
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node as Text
        if (text.data.trim() && !text.parentElement?.closest('font, textarea, script, [translate=no]')) found.push(text)
      }
      for (const text of found) {
        const [outer, inner] = [document.createElement('font'), document.createElement('font')]
        inner.textContent = `<${text.data}>`
        outer.append(inner)
        text.replaceWith(outer)
      }
    }
    let due = false
    const soon = () => {
      if (due) return
      due = true
      setTimeout(() => {
        due = false
        wrap()
      }, 30)
    }
    new MutationObserver(soon).observe(document.body, { childList: true, characterData: true, subtree: true })
    wrap()
  })
}

function shows(visitor: RecordPage, index: number, text: string): Promise<unknown> {
  return visitor.page.waitForFunction(
    ([index, text]) => document.querySelectorAll('.column .text')[index]?.textContent === text,
    [index, text] as const,
  )
}
