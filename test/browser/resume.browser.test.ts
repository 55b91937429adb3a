import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

/** Many small pieces with what is easily doubled or lost: repeats, spaces at the edges, syllables cut in two. */
const beginning = (version: number) => [`${version}`, ...' 다다 다다 \u1100\u1161\u11a8 가 가 '.repeat(20)]
const written = (version: number) => beginning(version).join('')

function heldModel() {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = version => [...beginning(version), held, ...'그리고 끝까지 씀.']
  return go
}
const whole = (version: number) => `${written(version)}그리고 끝까지 씀.`

t.test('a reload in the middle goes on where it was: nothing lost, nothing doubled', async t => {
  const go = heldModel()
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.', { label: '2-3-15' })
  await visitor.column(2).shows('가 가')
  await visitor.page.reload()
  for (const index of [0, 1, 2]) await visitor.column(index).holds(written(index))
  t.match(await visitor.page.locator('h1').textContent(), '2-3-15')
  t.equal(await visitor.column(0).status(), 'running')
  await visitor.page.reload()
  go()
  await visitor.ended()
  t.same(await visitor.texts(), [whole(0), whole(1), whole(2)])
  t.same(await visitor.savedOutputs(), [whole(0), whole(1), whole(2)])
  await visitor.page.reload()
  await visitor.ended()
  t.same(await visitor.texts(), [whole(0), whole(1), whole(2)], 'and after its end')
})

t.test('Stop still works after a reload', async t => {
  heldModel()
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.column(0).shows('가 가')
  await visitor.page.reload()
  await visitor.column(0).shows('가 가')
  await visitor.page.getByRole('button', { name: '모두 멈추기' }).click()
  await visitor.ended()
  t.same(await visitor.texts(), [written(0), written(1), written(2)])
})

t.test('a running task is offered on the start page and opens in another tab', async t => {
  const go = heldModel()
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.', { subject: '국어', label: '1-2-3' })
  await visitor.column(0).shows('가 가')
  const tab = await anotherTab(t, visitor, `${conch.url}#records`)
  const offer = tab.page.getByRole('region', { name: '아직 쓰고 있는 기록' })
  t.match(await offer.textContent(), '국어 · 1-2-3')
  await offer.getByRole('link', { name: '이어 보기' }).click()
  await tab.column(0).shows('가 가')
  await tab.hears('쓰고 있던 기록을 이어서 받습니다.')
  t.equal((await tab.announced()).length, 1)
  go()
  await tab.ended()
  await visitor.ended()
  t.same(await tab.texts(), await visitor.texts())
})

t.test('a server that goes away and comes back is said in words, and the text is whole in the end', async t => {
  heldModel()
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.column(0).shows('가 가')
  await conch.stop()
  // The page may have heard of the restart before this test looks: then another notice is there as well.
  await visitor.page.locator('.notice', { hasText: /연결이 끊겨|실시간 연결이 되지 않아/ }).waitFor()
  await visitor.hears('연결이 끊겨 다시 잇고 있습니다.')
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = version => [written(version), held, '다시 처음부터 씀.']
  await conch.start()
  await visitor.page.locator('.notice', { hasText: '처음부터 다시 쓰고 있습니다' }).waitFor()
  for (const index of [0, 1, 2]) await visitor.column(index).holds(written(index))
  go()
  await visitor.ended()
  const expected = [0, 1, 2].map(version => `${written(version)}다시 처음부터 씀.`)
  t.same(await visitor.texts(), expected)
  t.same(await visitor.savedOutputs(), expected)
})

t.test('a refused stream is replaced by asking, until it opens again', async t => {
  const go = heldModel()
  const visitor = await visit(t, browser, conch.url)
  let refusals = 0
  await visitor.page.route('**/me/events*', route => {
    refusals++
    return refusals > 2 ? route.continue() : route.fulfill({ status: 503, headers: { 'retry-after': '1' } })
  })
  await visitor.write('발표함.')
  const notice = visitor.page.locator('.notice', { hasText: '잠시 간격을 두고 확인하고 있습니다' })
  await notice.waitFor()
  for (const index of [0, 1, 2]) await visitor.column(index).holds(written(index))
  await notice.waitFor({ state: 'detached' })
  for (const index of [0, 1, 2]) await visitor.column(index).holds(written(index))
  go()
  await visitor.ended()
  t.ok(refusals >= 2)
  t.same(await visitor.texts(), [whole(0), whole(1), whole(2)])
})

t.test('a link to a task of another owner, or of no one, says what to do', async t => {
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  const stranger = await visit(t, browser, `${conch.url}#task=${visitor.taskId}`)
  t.equal(await stranger.page.locator('h1').textContent(), '이 기록을 찾을 수 없습니다.')
  await stranger.hears('이 기록을 찾을 수 없습니다.')
  await stranger.page.getByRole('link', { name: '새로 쓰기' }).click()
  await stranger.page.locator('#observations').waitFor()
})
