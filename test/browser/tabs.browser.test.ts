import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, type RecordPage, visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

t.test(
  'seven windows on seven running tasks, over plain http: all are written, also when the leader closes',
  async t => {
    const { promise: first, resolve: goOn } = Promise.withResolvers<void>()
    const { promise: second, resolve: finish } = Promise.withResolvers<void>()
    conch.model.script = () => ['하나 ', first, '둘 ', second, '셋.']
    const leader = await visit(t, browser, conch.url)
    /** Streams that are open, by their addresses. */
    const streams = new Set<unknown>()
    leader.page.context().on('request', request => request.url().includes('/events') && streams.add(request))
    const over = (request: unknown) => streams.delete(request)
    leader.page.context().on('requestfailed', over)
    leader.page.context().on('requestfinished', over)
    const tabs = [leader]
    await start(leader)
    for (let count = 1; count < 7; count++) {
      const tab = await anotherTab(t, leader, `${conch.url}#records`)
      tabs.push(tab)
      await start(tab)
    }
    for (const tab of tabs) await tab.column(0).holds('하나 ')
    t.equal(new Set(tabs.map(({ taskId }) => taskId)).size, 7)
    t.ok(streams.size <= 1, 'over one connection')

    // A window more, on a task that another one follows.
    const same = await anotherTab(t, leader, tabs[3]?.page.url() ?? '')
    tabs.push(same)
    await same.column(0).holds('하나 ')

    await leader.page.close()
    goOn()
    const others = tabs.slice(1)
    for (const tab of others) await tab.column(0).holds('하나 둘 ')
    finish()
    for (const tab of others) {
      await tab.ended()
      t.same(await tab.texts(), ['하나 둘 셋.'])
    }
  },
)

t.test(
  'two windows with the same task show it whole, whichever of them came first, and none of another owner',
  async t => {
    const { promise: held, resolve: go } = Promise.withResolvers<void>()
    conch.model.script = () => ['가 나 ', held, '다.']
    const visitor = await visit(t, browser, conch.url)
    await start(visitor)
    await visitor.column(0).holds('가 나 ')
    const tab = await anotherTab(t, visitor, visitor.page.url())
    await tab.column(0).holds('가 나 ')
    await visitor.column(0).holds('가 나 ')
    const stranger = await visit(t, browser, visitor.page.url())
    t.equal(await stranger.page.locator('h1').textContent(), '이 기록을 찾을 수 없습니다.')
    go()
    for (const one of [visitor, tab]) {
      await one.ended()
      t.same(await one.texts(), ['가 나 다.'])
    }
  },
)

/** Starts a task of one text. */
async function start({ page }: RecordPage): Promise<void> {
  const more = page.locator('form details:not(.limit-source) > summary')
  if (!(await page.getByRole('radio', { name: '1개' }).isVisible())) await more.click()
  await page.getByRole('radio', { name: '1개' }).check({ force: true })
  await page.locator('#observations').fill('발표함.')
  await page.locator('button[type=submit]').click()
  await page.locator('.column').first().waitFor()
}
