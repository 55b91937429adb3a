import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { type RecordPage, visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

/** Counts what the page asks the server to write. */
function submissions({ page }: RecordPage): { count: number } {
  const seen = { count: 0 }
  page.on('request', request => {
    if (request.method() === 'POST' && request.url().endsWith('/api/records')) seen.count++
  })
  return seen
}

t.test('Enter while Hangul is being composed never sends, not even with Ctrl', async t => {
  const visitor = await visit(t, browser, conch.url)
  const sent = submissions(visitor)
  const { page } = visitor
  const keyboard = await page.context().newCDPSession(page)
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }
  await page.locator('#observations').focus()
  await page.evaluate(() => {
    const seen: boolean[] = []
    Object.assign(window, { composing: seen })
    addEventListener('keydown', event => seen.push(event.isComposing), true)
  })
  await keyboard.send('Input.imeSetComposition', { text: '발ㅍ', selectionStart: 2, selectionEnd: 2 })
  for (const modifiers of [0, 2]) {
    await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', modifiers, ...enter })
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', modifiers, ...enter })
  }
  t.same(await page.evaluate(() => (window as unknown as { composing: boolean[] }).composing), [true, true])
  t.equal(sent.count, 0)
  await keyboard.send('Input.insertText', { text: '발표함' })
  t.match(await page.locator('#observations').inputValue(), '발표함')
  await page.keyboard.press('Control+Enter')
  await page.locator('.column').first().waitFor()
  t.equal(sent.count, 1, 'and the composed text is sent once it is asked for')
})

t.test('the key that ended a composition in Safari does not send', async t => {
  const visitor = await visit(t, browser, conch.url)
  const sent = submissions(visitor)
  await visitor.page.locator('#observations').fill('발표함')
  await visitor.page.locator('#observations').evaluate(element => {
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, keyCode: 229, bubbles: true }))
  })
  await visitor.page.locator('#observations').press('End')
  t.equal(sent.count, 0)
})

t.test('Enter in a line does not send, in the text it is a new line', async t => {
  const visitor = await visit(t, browser, conch.url)
  const sent = submissions(visitor)
  const { page } = visitor
  await page.locator('#observations').fill('첫 줄')
  await page.locator('#observations').press('End')
  await page.locator('#observations').press('Enter')
  for (const name of ['subject', 'label']) {
    await page.locator(`#${name}`).fill('국어')
    await page.locator(`#${name}`).press('Enter')
  }
  t.equal(await page.locator('#observations').inputValue(), '첫 줄\n')
  t.equal(sent.count, 0)
})

t.test('a missing or wrong value is said at its field, which gets the focus', async t => {
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  await page.locator('button[type=submit]').click()
  const observations = page.locator('#observations')
  await page.locator('#observations-error').waitFor()
  t.match(await page.locator('#observations-error').textContent(), '관찰한 내용을 적어 주세요.')
  t.equal(await observations.getAttribute('aria-invalid'), 'true')
  t.match(await observations.getAttribute('aria-describedby'), 'observations-error')
  await page.locator('#observations:focus').waitFor()
  await visitor.hears('표시한 칸을 고쳐 주세요.')

  await observations.fill('발표함')
  await page.locator('form details:not(.limit-source) > summary').click()
  await page.locator('#targetBytes').fill('7')
  await page.locator('button[type=submit]').click()
  await page.locator('#targetBytes-error').waitFor()
  t.match(await page.locator('#targetBytes-error').textContent(), '100부터 1,500까지')
})

t.test('what only the server refuses is said at the field its pointer names', async t => {
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  await page.locator('#subject').evaluate(element => element.removeAttribute('maxlength'))
  await page.locator('#subject').fill('국'.repeat(101))
  await page.locator('#observations').fill('발표함')
  await page.locator('button[type=submit]').click()
  await page.locator('#subject-error').waitFor()
  await page.locator('#subject:focus').waitFor()
})

t.test(
  'a full queue says when to come back, without a network the form stands unsent; nothing typed is lost',
  async t => {
    const visitor = await visit(t, browser, conch.url)
    const { page } = visitor
    const failure = page.locator('form .notice')
    await page.locator('#observations').fill('발표함')
    await page.locator('#label').fill('2-3-15')
    await page.route('**/api/records', route =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        headers: { 'retry-after': '12' },
        body: JSON.stringify({ status: 503, code: 'queue-full', title: 'Full', detail: 'Full.' }),
      }),
    )
    await page.locator('button[type=submit]').click()
    await failure.filter({ hasText: '12초 뒤에 다시 시도해 주세요' }).waitFor()

    await page.unroute('**/api/records')
    await page.context().setOffline(true)
    await page.locator('button[type=submit]').click()
    await page.locator('[data-link=unsent]', { hasText: '아직 보내지 않았어요' }).waitFor()
    t.equal(await page.locator('#observations').inputValue(), '발표함')
    t.equal(await page.locator('#label').inputValue(), '2-3-15')
    await page.context().setOffline(false)
    await page.locator('.column').first().waitFor()
    t.match(await page.locator('h1').textContent(), '2-3-15', 'it went by itself')
  },
)

t.test('a double click sends once', async t => {
  const visitor = await visit(t, browser, conch.url)
  const sent = submissions(visitor)
  await visitor.page.locator('#observations').fill('발표함')
  await visitor.page.locator('button[type=submit]').dblclick()
  await visitor.ended()
  t.equal(sent.count, 1)
})

t.test('as many versions are written as were asked for', async t => {
  conch.model.script = version => [`${version}`]
  const visitor = await visit(t, browser, conch.url)
  await visitor.page.locator('form details:not(.limit-source) > summary').click()
  await visitor.page.getByRole('radio', { name: '5개' }).check({ force: true })
  await visitor.write('발표함')
  await visitor.ended()
  t.same(await visitor.texts(), ['0', '1', '2', '3', '4'])
})

t.test('an answer that is lost is asked for again, and there is one task', async t => {
  const { page } = await visit(t, browser, conch.url)
  const keys: (string | null)[] = []
  await page.route('**/api/records', async route => {
    if (route.request().method() !== 'POST') return route.continue()
    keys.push(await route.request().headerValue('idempotency-key'))
    if (keys.length > 1) return route.continue()
    await route.fetch()
    await route.abort()
  })
  await page.locator('#observations').fill('발표함')
  await page.locator('button[type=submit]').click()
  await page.locator('.column').first().waitFor()
  t.equal(keys.length, 2)
  t.ok(keys[0])
  t.equal(keys[1], keys[0])
  const tasks = await page.evaluate(async () => (await (await fetch('/api/tasks')).json()).items.length)
  t.equal(tasks, 1)
})
