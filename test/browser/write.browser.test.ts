import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { cut } from './scripted-model.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

const sentence = (version: number) =>
  `${version + 1}안: 소설 토론에서 인물의 선택을 시대 배경과 연결하여 설명하며 작품을 깊이 있게 이해함. `
const pieces = (version: number) =>
  sentence(version)
    .repeat(4)
    .match(/.{1,3}/gs) ?? []

t.test('three versions are written side by side, and are what the server keeps', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = version => [...pieces(version), held, '끝까지 해결해 나감.']
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('소설 토론에서 발표함.', { subject: '국어', label: '2-3-15' })
  for (const index of [0, 1, 2]) await visitor.column(index).shows('이해함.')
  t.same(await visitor.page.locator('.column h2 small').allTextContents(), [
    '과정과 성장 중심',
    '역량과 사고력 중심',
    '협업과 태도 중심',
  ])
  t.equal(await visitor.column(0).root.getAttribute('aria-busy'), 'true')
  t.match(
    await visitor.page.locator('[aria-current=step]').textContent(),
    /쓰기\s*\d+\.\d초/,
    'the stage, and how long',
  )
  go()
  await visitor.ended()
  const expected = [0, 1, 2].map(version => `${pieces(version).join('')}끝까지 해결해 나감.`)
  t.same(await visitor.texts(), expected)
  t.same(await visitor.savedOutputs(), expected)
  t.match(await visitor.column(0).root.locator('.meter').textContent(), /[\d,]+ \/ 1,500바이트/)
  t.match(await visitor.page.locator('h1').textContent(), /국어 · 2-3-15/)
  await mkdir('test-artifacts', { recursive: true })
  await visitor.page.screenshot({ path: 'test-artifacts/three-versions.png', fullPage: true })
})

t.test('a listener hears the start, the end of each version and the end, and no word of the texts', async t => {
  conch.model.script = pieces
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.hears('모든 초안을 다 썼습니다.')
  const said = await visitor.announced()
  t.equal(said[0], '초안 3개를 쓰기 시작했습니다.')
  for (const name of ['1안', '2안', '3안']) t.ok(said.some(line => line.startsWith(`${name}을 다 썼습니다.`)))
  t.equal(said.at(-1), '모든 초안을 다 썼습니다.')
  t.equal(said.length, 5)
  t.equal(await visitor.page.locator('[aria-live=polite], [role=status], [role=alert]').count(), 1)
})

t.test('the end is heard even if it came before the page could look', async t => {
  conch.model.script = pieces
  const visitor = await visit(t, browser, conch.url)
  await visitor.page.route(/api\/tasks\/[^/]+$/, async route => {
    for (;;) {
      const response = await route.fetch()
      if (/"status":"completed","stage"/.test(await response.text())) return route.fulfill({ response })
    }
  })
  await visitor.write('발표함.')
  await visitor.hears('모든 초안을 다 썼습니다.')
  t.equal((await visitor.announced()).length, 5)
})

t.test('one version can be stopped while the others go on', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = version => [...pieces(version), held, '끝.']
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.column(1).shows('이해함.')
  await visitor.column(1).button('멈추기').click()
  await visitor.column(1).becomes('cancelled')
  t.equal(await visitor.column(0).status(), 'running')
  go()
  await visitor.ended()
  t.equal(await visitor.column(1).text(), pieces(1).join(''), 'what it had is kept')
  t.equal(await visitor.column(0).text(), `${pieces(0).join('')}끝.`)
  t.same(await visitor.savedOutputs(), await visitor.texts())
})

t.test('everything can be stopped, and what was written stays', async t => {
  conch.model.script = version => [...pieces(version), new Promise(() => {})]
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  for (const index of [0, 1, 2]) await visitor.column(index).shows('이해함.')
  await visitor.page.getByRole('button', { name: '모두 멈추기' }).click()
  await visitor.ended()
  t.match(await visitor.page.locator('.notice').textContent(), /멈췄습니다/)
  t.same(
    await visitor.texts(),
    [0, 1, 2].map(version => pieces(version).join('')),
  )
  await visitor.hears('쓰기를 멈췄습니다.')
})

t.test('a version that broke off says so, and is written again while the others stand', async t => {
  conch.model.script = version => (version === 2 ? [...pieces(2).slice(0, 10), cut] : pieces(version))
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.ended()
  const broken = visitor.column(2)
  t.equal(await broken.status(), 'incomplete')
  t.match(await broken.root.locator('.fault').textContent(), /중간에 끊겼습니다. 다시 시도해 보세요./)
  t.equal(await broken.text(), pieces(2).slice(0, 10).join(''), 'what came is shown')

  conch.model.script = () => ['새로 쓴 글.']
  await broken.button('다시 쓰기').click()
  t.match(await broken.root.locator('footer').textContent(), /지금 글을 버리고/, 'asks before it drops a text')
  await visitor.hears('쓰기가 끝났습니다. 끝까지 쓰지 못한 안이 있습니다.')
  await broken.button('다시 쓰기').click()
  await broken.becomes('completed')
  await visitor.ended()
  await visitor.hears('모든 초안을 다 썼습니다.')
  t.equal(
    (await visitor.announced()).filter(line => line.startsWith('1안')).length,
    1,
    'what stands is not announced again',
  )
  const expected = [pieces(0).join(''), pieces(1).join(''), '새로 쓴 글.']
  t.same(await visitor.texts(), expected)
  t.same(await visitor.savedOutputs(), expected)
})

t.test('an ended version can be written again while another still runs', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = version => (version === 0 ? ['첫 글.'] : [`${version}`, held])
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.column(0).becomes('completed')
  conch.model.script = () => ['둘째 글.']
  await visitor.column(0).button('다시 쓰기').click()
  await visitor.column(0).button('다시 쓰기').click()
  await visitor.column(0).shows('둘째 글.')
  t.equal(await visitor.column(0).text(), '둘째 글.')
  go()
  await visitor.ended()
  t.same(await visitor.texts(), ['둘째 글.', '1', '2'])
})

t.test('markup from the teacher and from the model is text', async t => {
  const markup =
    '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>&amp;\r\n\u2028id: 9\n\ndata: x'
  conch.model.script = () => [markup]
  const visitor = await visit(t, browser, conch.url)
  await visitor.write(markup, { subject: '<b>국어</b>', label: '</textarea><i>' })
  await visitor.ended()
  t.same(await visitor.texts(), [markup, markup, markup])
  t.match(await visitor.page.locator('h1').textContent(), '<b>국어</b> · </textarea><i>')
  t.equal(await visitor.page.locator('main img, main script, main b, h1 *').count(), 0)
  t.notMatch(await visitor.page.title(), 'owned')
})
