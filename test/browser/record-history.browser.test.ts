import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { faintTexts, namelessControls } from './page-checks.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

t.test(
  'a record none of whose versions could be written is in the history, and is tried again or deleted there',
  async t => {
    conch.model.script = () => []
    const visitor = await visit(t, browser, conch.url)
    const { page } = visitor
    const entry = (label: string) => page.locator('.entry').filter({ hasText: label })
    for (const label of ['2-3-15', '2-3-16']) {
      await visitor.write('발표함.', { label })
      await visitor.ended()
      await page.goto(`${conch.url}#records`)
      await page.locator('#observations').waitFor()
    }
    await page.getByRole('link', { name: '기록함' }).click()
    await entry('2-3-15').waitFor()
    t.match(await entry('2-3-15').textContent(), /실패.*아무것도 쓰지 않았습니다/s)
    await page.screenshot({ path: 'test-artifacts/history-failed.png', fullPage: true })
    t.same(await namelessControls(visitor), [])
    t.same(await faintTexts(visitor), [])

    conch.model.script = version => [`${version + 1}안: 차분히 말함.`]
    await page.getByRole('button', { name: /^다시 시도: .*2-3-15/ }).click()
    await entry('2-3-15').getByText('1안: 차분히 말함.').waitFor()
    t.match(await entry('2-3-15').textContent(), '아직 저장하지 않음')
    await page.getByRole('button', { name: /^지우기: .*2-3-16/ }).click()
    await page.getByRole('button', { name: '그대로 두기' }).click()
    await page.getByRole('button', { name: /^지우기: .*2-3-16/ }).click()
    await page.getByRole('button', { name: '지우기', exact: true }).click()
    await visitor.hears('기록을 지웠습니다.')
    t.equal(await page.locator('.entry').count(), 1)
    t.match(await visitor.api('/api/records'), { items: [{ label: '2-3-15', status: 'completed' }] })
  },
)

t.test('one that is being written is in the history, and turns into what was written by itself', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = () => ['처음 ', held, '끝.']
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  await visitor.write('발표함.', { label: '2-3-15' })
  await page.getByRole('link', { name: '기록함' }).click()
  await page.locator('.entry', { hasText: '쓰는 중' }).waitFor()
  go()
  await page.locator('.entry', { hasText: '처음 끝.' }).waitFor()
  t.match(await page.locator('.entry').textContent(), '아직 저장하지 않음')
})
