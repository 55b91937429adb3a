import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { proxyTcp, type TcpProxy } from '../support/tcp-proxy.ts'
import { RecordPage } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

const watchdogMs = 22_000
const attemptMs = 4_000

t.test('connections that went silent without a sign: the whole text is there within 60 s', async t => {
  const { visitor, proxy, go } = await writing(t)
  const silenced = proxy.silence()
  t.ok(silenced.open > 1, 'idle connections of the browser are dead, too')
  go()
  const tookMs = watchdogMs + (await withClockAt(visitor, watchdogMs, silenced, () => ended(visitor)))
  await visitor.ended()
  t.same(await visitor.texts(), [whole])
  t.ok(tookMs <= 60_000, `${tookMs} ms of the page's clock`)
})

t.test('the network returns: a dead stream is replaced at once, without its watchdog', async t => {
  const { visitor, proxy, go } = await writing(t)
  const silenced = proxy.silence()
  go()
  const before = silenced.open
  await visitor.page.evaluate(() => dispatchEvent(new Event('online')))
  await until(() => silenced.open < before)
  await withClockAt(visitor, 0, silenced, () => ended(visitor))
  await visitor.ended()
  t.same(await visitor.texts(), [whole])
})

t.test('a sleep of the machine is noticed when it wakes', async t => {
  const { visitor, proxy, go } = await writing(t)
  const silenced = proxy.silence()
  go()
  const before = silenced.open
  // Timers that were due are called once, all of them late.
  await visitor.page.clock.fastForward(15_000)
  await until(() => silenced.open < before)
  await withClockAt(visitor, 0, silenced, () => ended(visitor))
  await visitor.ended()
  t.same(await visitor.texts(), [whole])
})

t.test('a form that is sent over dead connections is sent again with its key, and says so meanwhile', async t => {
  const { visitor, proxy } = await opened(t)
  conch.model.script = () => [beginning, ending]
  const { page } = visitor
  const keys = new Set<string | undefined>()
  page.on('request', request => {
    if (request.method() === 'POST' && request.url().endsWith('/api/records'))
      keys.add(request.headers()['idempotency-key'])
  })
  const slow = page.locator('.link-notice .notice[data-link=slow]')
  await page.locator('#observations').fill('발표함.')
  const silenced = proxy.silence()
  await page.locator('button[type=submit]').click()
  await page.clock.runFor(5_000)
  await slow.waitFor()
  await withClockAt(visitor, 0, silenced, async () => (await page.locator('.column').count()) > 0)
  await withClockAt(visitor, 0, silenced, () => ended(visitor))
  await visitor.ended()
  await slow.waitFor({ state: 'detached' })
  t.equal(keys.size, 1)
  t.equal((await visitor.api<{ items: unknown[] }>('/api/tasks')).items.length, 1)
})

const beginning = '다다 다다 가 가 '
const ending = '그리고 끝까지 씀.'
const whole = beginning + ending

/** A page behind a network of its own, whose clock the test moves. */
async function opened(t: Test) {
  const proxy = await proxyTcp(t, conch.url)
  const visitor = new RecordPage(
    await openPage(t, browser, `${proxy.url(conch.url)}#records`, {}, page => page.clock.install()),
  )
  return { visitor, proxy }
}

/** The same, with a text that is being written. */
async function writing(t: Test) {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = () => [beginning, held, ending]
  const { visitor, proxy } = await opened(t)
  await visitor.page.locator('form details:not(.limit-source) > summary').click()
  await visitor.page.getByRole('radio', { name: '1개' }).check({ force: true })
  await visitor.write('발표함.')
  await visitor.column(0).holds(beginning)
  return { visitor, proxy, go }
}

async function ended({ page }: RecordPage): Promise<boolean> {
  return (await page.getByRole('link', { name: /고쳐 새로 쓰기/ }).count()) > 0
}

/**
 * Moves the page's clock: at first to `fromMs`, then by one attempt each time that a dead connection was given up, until it is done.
 *
 * @returns how far, in ms, without `fromMs`
 */
async function withClockAt(
  { page }: RecordPage,
  fromMs: number,
  silenced: ReturnType<TcpProxy['silence']>,
  done: () => Promise<boolean>,
): Promise<number> {
  let movedMs = 0
  await page.clock.runFor(fromMs)
  while (silenced.open > 0 && !(await done())) {
    const before = silenced.open
    await page.clock.runFor(attemptMs)
    movedMs += attemptMs
    await until(async () => silenced.open < before || (await done()))
  }
  await until(done)
  return movedMs
}

/** Looks again and again: what it waits for is in the browser and in sockets. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20)
}
