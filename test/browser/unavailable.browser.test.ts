import t, { type Test } from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { RecordPage } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
conch.model.script = () => ['쓴 글.']

t.test('an idle page says within 8 s that the server is gone, and within 15 s that it is back', async t => {
  const { page } = await opened(t)
  const notice = page.locator('[data-link=away]')
  const lost = page.waitForEvent('requestfailed', request => request.url().includes('/me/events'))
  await conch.stop()
  await lost
  t.equal(await notice.count(), 0, 'not for a restart')
  await page.clock.runFor(8_000)
  await notice.waitFor()
  await page.locator('#announcer p', { hasText: '서버에 연결되지 않아' }).waitFor({ state: 'attached' })
  await conch.start()
  await page.clock.runFor(15_000)
  await notice.waitFor({ state: 'detached' })
  await page.locator('#announcer p', { hasText: '다시 연결됐어요' }).waitFor({ state: 'attached' })
})

t.test(
  'a send without an answer says so after 5 s, goes on with its key, and is done within 15 s of the return',
  async t => {
    const visitor = await opened(t)
    const { page } = visitor
    const keys: (string | undefined)[] = []
    page.on('request', request => {
      if (request.method() === 'POST') keys.push(request.headers()['idempotency-key'])
    })
    await page.locator('#observations').fill('발표함.')
    await conch.stop()
    await page.locator('button[type=submit]').click()
    await page.clock.runFor(5_000)
    await page.locator('[data-link=slow]', { hasText: '한 번만 처리돼요' }).waitFor()
    t.equal(await page.locator('#observations').inputValue(), '발표함.')
    await conch.start()
    await page.clock.runFor(15_000)
    await visitor.ended()
    await page.locator('[data-link]').waitFor({ state: 'detached' })
    t.ok(keys.length > 1)
    t.equal(new Set(keys).size, 1)
    t.equal((await visitor.api<{ items: unknown[] }>('/api/tasks')).items.length, 1)
  },
)

t.test('a browser that keeps nothing is a reason to say so, and none to stop', async t => {
  const page = await openPage(t, browser, `${conch.url}#records`, {}, page =>
    page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('no room', 'QuotaExceededError')
      }
    }),
  )
  const visitor = new RecordPage(page)
  await page.locator('[data-link=not-kept]', { hasText: '아무것도 저장하지 않아요' }).waitFor()
  await visitor.write('발표함.')
  await visitor.ended()
  t.match(await visitor.texts(), ['쓴 글.', '쓴 글.', '쓴 글.'])
})

t.test('a browser that keeps things has no such notice, until it cannot keep one more', async t => {
  const { page } = await opened(t)
  t.equal(await page.locator('[data-link]').count(), 0)
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('no room', 'QuotaExceededError')
    }
  })
  await page.locator('#observations').fill('발표함.')
  await page.locator('[data-link=not-kept]').waitFor()
})

/** A page whose clock the test moves, with its stream open. */
async function opened(t: Test): Promise<RecordPage> {
  let live: Promise<unknown> = Promise.resolve()
  const page = await openPage(t, browser, `${conch.url}#records`, {}, async page => {
    await page.clock.install()
    live = page.waitForResponse(response => response.url().includes('/me/events'))
  })
  await live
  return new RecordPage(page)
}
