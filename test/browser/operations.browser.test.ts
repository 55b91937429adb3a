import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { launchBrowser } from '../support/browser.ts'
import { startConch } from '../support/conch.ts'
import { operatorToken } from '../support/operator.ts'
import { asksForSummary, Talk } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { openPage, Visitor } from './visitor.ts'

const browser = await launchBrowser(t)
let refusing = true
let holding: Promise<void> | undefined
const upstream = await startUpstream(t, async completion => {
  await holding
  if (!asksForSummary(completion)) return completion.delta('답').finish()
  if (!refusing) return completion.delta('요약').finish()
  completion.frame({ id: 'c', choices: [{ index: 0, delta: { refusal: '싫어요' }, finish_reason: null }] })
  completion.finish()
})
const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, OPERATOR_TOKEN: operatorToken })
t.beforeEach(() => {
  refusing = true
})

t.test('one that fails for good is seen as it comes, inspected, redriven, gone, and done', async t => {
  const page = await entered(t)
  await page.getByText('없습니다.', { exact: true }).waitFor()
  const talk = await failedTalk()
  const failed = eventsOf(page, talk)
  await failed.waitFor()
  t.match(await failed.textContent(), /conversation-summary.*남아 있음.*turn\.completed · SUMMARY_REFUSED · 1번 시도/)
  await failed.getByText('자세히').click()
  await failed.getByText(talk.id).waitFor()

  refusing = false
  await failed.getByRole('button', { name: /^다시 처리/ }).click()
  await page.locator('#announcer p', { hasText: '1건을 다시 처리합니다.' }).waitFor({ state: 'attached' })
  await failed.waitFor({ state: 'detached' })
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약' })
  await page.locator('#status').selectOption('redriven')
  await failed.waitFor()
  t.equal(await failed.getByRole('button').count(), 0)
})

t.test('many are redriven together, after their number was said', async t => {
  const talks = [await failedTalk(), await failedTalk()]
  const page = await entered(t)
  for (const talk of talks) await eventsOf(page, talk).waitFor()
  await page.locator('#handler').fill('conversation-summary')
  await page.locator('#handler').blur()
  const button = page.getByRole('button', { name: '조건에 맞는 것 모두 다시 처리' })
  await button.click()
  await page.getByText('2건을 다시 처리할까요?').waitFor()
  await page.locator('.redrive-all').getByRole('button', { name: '그만두기' }).click()
  t.equal(await page.locator('.failed-event').count(), 2)
  refusing = false
  await button.click()
  await page.locator('.redrive-all').getByRole('button', { name: '다시 처리', exact: true }).click()
  await page.getByText('없습니다.', { exact: true }).waitFor()
  for (const talk of talks) await talk.summaryThat(({ pending }) => pending === 0)
})

t.test('one is discarded, and the reason is there to read', async t => {
  const talk = await failedTalk()
  const page = await entered(t)
  const failed = eventsOf(page, talk)
  await failed.getByRole('button', { name: /^버리기/ }).click()
  await failed.getByLabel('버리는 까닭').and(page.locator(':focus')).fill('손으로 요약함')
  await failed.getByRole('button', { name: '버리기', exact: true }).click()
  await failed.waitFor({ state: 'detached' })
  await page.locator('#status').selectOption('discarded')
  await failed.getByText('손으로 요약함', { exact: true }).waitFor()
})

t.test('the token is asked for once in a tab; a wrong one says so', async t => {
  const page = await openPage(t, browser, `${conch.url}/operations`)
  for (const wrong of ['x'.repeat(40), '틀린 토큰']) {
    await enter(page, wrong)
    await page.getByText('이 토큰으로는 들어갈 수 없습니다.').waitFor()
  }
  await enter(page, operatorToken)
  await page.locator('#status').waitFor()
  await page.reload()
  await page.locator('#status').waitFor()
  await page.getByRole('button', { name: '나가기' }).click()
  await page.locator('#token').waitFor()
  await page.reload()
  await page.locator('#token').waitFor()
})

t.test('what runs and what has ended is seen as it happens, in tiles, charts and tables', async t => {
  const page = await entered(t)
  const tile = (name: string) => page.locator(`[data-tile=${name}] dd`).first()
  await page.locator('.live[data-live=true]').waitFor()
  const before = Number(await tile('today').textContent())
  const writing = Promise.withResolvers<void>()
  holding = writing.promise
  const visitor = conch.visitor()
  const id = await visitor.record({ ...anyRecord, versions: 2 })
  await tile('running')
    .and(page.getByText('1', { exact: true }))
    .waitFor()
  await page.getByText('실행 중인 작업 1건').click()
  await page.locator('.running tbody tr', { hasText: id }).getByText('쓰기').waitFor()

  writing.resolve()
  await tile('today')
    .and(page.getByText(String(before + 1), { exact: true }))
    .waitFor()
  await tile('running')
    .and(page.getByText('0', { exact: true }))
    .waitFor()
  const texts = page.locator('[data-chart=outputs]')
  await texts.getByText('표로 보기').click()
  t.same(await texts.locator('tbody tr', { hasText: '생활기록부' }).locator('td').allTextContents(), [
    '2',
    '0',
    '0',
    '0',
  ])
  for (const chart of ['tasks', 'outputs', 'tokens', 'first-token', 'total'])
    t.ok(await isDrawn(page.locator(`[data-chart=${chart}] canvas`)), chart)
})

t.test('without the stream, it asks again and again', async t => {
  const page = await openPage(t, browser, `${conch.url}/operations`)
  await page.route('**/api/operations/events', route => route.abort())
  await enter(page, operatorToken)
  await page.locator('.live[data-live=false]').waitFor()
  await page.unroute('**/api/operations/events')
  await page.locator('.live[data-live=true]').waitFor()
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`in English, on a phone, ${colorScheme}: every word is English, legible, named, and fits`, async t => {
    const talk = await failedTalk()
    const page = await entered(t, { locale: 'en-US', colorScheme, viewport: { width: 360, height: 740 } })
    const failed = eventsOf(page, talk)
    await page.locator('.live[data-live=true]').waitFor()
    for (const summary of await page.locator('.overview summary').all()) await summary.click()
    await failed.getByText('Details').click()
    await failed.getByRole('button', { name: /^Discard/ }).click()
    const visitor = new Visitor(page)
    t.same(await koreanTexts(visitor), [])
    t.same(await faintTexts(visitor), [])
    t.same(await namelessControls(visitor), [])
    t.equal(await visitor.overflow(), 0)
  })
}

/** Whether anything is on the canvas. */
function isDrawn(canvas: Locator): Promise<boolean> {
  return canvas.evaluate(element => {
    const { width, height } = element as HTMLCanvasElement
    const pixels = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data
    return pixels?.some(value => value !== 0) ?? false
  })
}

/** A conversation of which the model refuses to write the summary. */
async function failedTalk(): Promise<Talk> {
  const talk = await Talk.begin(conch.visitor())
  await talk.say('하나')
  return talk
}

async function entered(t: Test, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openPage(t, browser, `${conch.url}/operations`, options)
  await enter(page, operatorToken)
  return page
}

async function enter(page: Page, token: string): Promise<void> {
  await page.locator('#token').fill(token)
  await page.locator('#token').press('Enter')
}

function eventsOf(page: Page, talk: Talk) {
  return page.locator('.failed-event').filter({ hasText: talk.id })
}
