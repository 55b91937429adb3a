import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { startPathProxy } from '../support/path-proxy.ts'
import { ChatPage, talk } from './chat-page.ts'
import { RecordPage } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage } from './visitor.ts'

const browser = await launchBrowser(t)
const path = '/conch'
const conch = await runningConch(t, { BASE_PATH: path, TRUST_PROXY: 'true' })

for (const form of ['keeps', 'strips'] as const)
  t.test(`below a path, behind a proxy that ${form} it, the pages ask for nothing outside of it`, async t => {
    conch.model.script = () => ['발표를 잘함.']
    const url = await startPathProxy(t, { path, server: conch.url.slice(0, -1), form })
    const page = await openPage(t, browser, `${url}${path}`)
    const outside: string[] = []
    page.on('request', request => {
      if (!new URL(request.url()).pathname.startsWith(`${path}/`)) outside.push(request.url())
    })
    t.equal(new URL(page.url()).pathname, `${path}/`)
    await page.getByRole('link', { name: /생활기록부 초안/ }).click()
    const visitor = new RecordPage(page)
    await visitor.write('발표함.')
    await visitor.column(0).shows('발표를 잘함.')
    await visitor.ended()
    t.equal(new URL(page.url()).pathname, `${path}/`)

    // Not in the form that was asked for: a notification says so.
    await page.request.post(`${url}${path}/api/quizzes`, { data: { topic: '광합성' } })
    await page.getByRole('button', { name: '알림, 읽지 않은 알림 1개' }).click()
    await page.getByRole('link', { name: '퀴즈를 만들지 못했습니다' }).click()
    await page.waitForURL(`${url}${path}/#quiz=*`)
    await page.getByRole('button', { name: /^알림/ }).click()
    await page.getByRole('link', { name: '알림 설정' }).click()
    await page.locator('h1:focus', { hasText: '알림 설정' }).waitFor()
    const scope = await page.evaluate(async () => {
      const { base } = document.documentElement.dataset
      return (await navigator.serviceWorker.register(`${base}/service-worker.js`)).scope
    })
    t.equal(new URL(scope).pathname, `${path}/`)
    const cookies = await page.context().cookies(`${url}${path}/`)
    t.match(
      cookies.find(({ name }) => name === 'conch_owner'),
      { path: `${path}/` },
    )
    t.same(await page.context().cookies(url), [], 'the rest of the host gets none')

    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Notification settings' }).waitFor()
    await page.goto('about:blank')
    await page.goto(`${url}${path}/operations`)
    await page.locator('#token').waitFor()
    t.same(outside, [])
  })

for (const pages of ['bundled', 'source'] as const)
  t.test(`below a path, what draws code and formulas comes from there, too (${pages})`, async t => {
    const conch = await runningConch(t, { BASE_PATH: path, PAGES: pages })
    talk(conch, () => ['값은 $a^2$예요.\n\n```js\nconst a = 1\n```\n'])
    const page = await openPage(t, browser, `${conch.url}${path.slice(1)}/#chat`)
    const outside: string[] = []
    page.on('request', request => {
      if (!new URL(request.url()).pathname.startsWith(`${path}/`)) outside.push(request.url())
    })
    const visitor = new ChatPage(page)
    await visitor.say('값은?')
    await page.locator('.hljs-keyword', { hasText: 'const' }).waitFor()
    await page.locator('.katex').waitFor()
    await page.waitForFunction(() =>
      [...document.fonts].some(({ family, status }) => /KaTeX_Math/.test(family) && status === 'loaded'),
    )
    t.same(outside, [])
  })
