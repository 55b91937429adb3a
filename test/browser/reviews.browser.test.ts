import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { anotherTab, openDiary } from './diary-page.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { runningConch } from './running-conch.ts'
import { cut } from './scripted-model.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

const beginning = `발표를 앞두고 떨렸다니, 그만큼 잘하고 싶었던 거예요.\n${'다다  다다 '.repeat(20)}다`
const ending = '내일은 첫 문장만 소리 내어 연습해 보세요.'

/** Writes the beginning, and the ending when it is let go. */
function heldModel(): () => void {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = () => [...(beginning.match(/.{1,3}/gs) ?? []), held, ending]
  return go
}

t.test('a diary is sent to T, and the reply comes as it is written and is kept', async t => {
  const go = heldModel()
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.\n목소리가 떨렸다.', 'T')
  await visitor.shows('떨렸다니')
  t.equal(await visitor.reply.getAttribute('aria-busy'), 'true')
  t.equal(await visitor.reply.locator('h2').textContent(), '현실적 조언')
  t.match(await visitor.reply.locator('[aria-current=step]').textContent(), /쓰기\s*\d+\.\d초/)
  t.equal(
    await visitor.page.locator('.diary .text').textContent(),
    '발표를 했다.\n목소리가 떨렸다.',
    'the diary beside it',
  )
  await visitor.page.screenshot({ path: 'test-artifacts/review-running.png', fullPage: true })
  go()
  await visitor.becomes('completed')
  t.equal(await visitor.text(), beginning + ending)
  t.match(await visitor.saved(), {
    type: 'THINKING',
    body: '발표를 했다.\n목소리가 떨렸다.',
    status: 'completed',
    text: beginning + ending,
  })
  await visitor.page.screenshot({ path: 'test-artifacts/review.png', fullPage: true })
})

t.test('a listener hears the start and the end, and no word of the reply', async t => {
  conch.model.script = () => [beginning]
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.')
  await visitor.hears('답글을 다 썼습니다.')
  t.same(await visitor.announced(), ['답글을 쓰기 시작했습니다.', '답글을 다 썼습니다.'])
  t.equal(await visitor.page.locator('[aria-live=polite], [role=status], [role=alert]').count(), 1)
})

t.test('a reload in the middle goes on where it was, with the diary', async t => {
  const go = heldModel()
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.', 'F')
  await visitor.shows('다다')
  await visitor.page.reload()
  await visitor.shows('다다')
  t.equal(await visitor.text(), beginning)
  t.equal(await visitor.page.locator('.diary .text').textContent(), '발표를 했다.')
  t.equal(await visitor.reply.locator('h2').textContent(), '공감')
  go()
  await visitor.becomes('completed')
  t.equal(await visitor.text(), beginning + ending)
})

t.test(
  'a running reply is in the history, opens in another tab with the diary, and the history follows it',
  async t => {
    const go = heldModel()
    const visitor = await openDiary(t, browser, conch.url)
    await visitor.write('발표를 했다.')
    await visitor.shows('다다')
    const tab = await anotherTab(t, visitor, conch.url)
    const history = await anotherTab(t, visitor, conch.url)
    await history.entries.getByText('쓰는 중').waitFor()
    await tab.entries.getByRole('link').click()
    await tab.shows('다다')
    t.equal(await tab.page.locator('.diary .text').textContent(), '발표를 했다.')
    await tab.hears('쓰고 있던 답글을 이어서 받습니다.')
    go()
    await tab.becomes('completed')
    await history.entries.getByText('발표를 앞두고').waitFor()
    t.notMatch(await history.entries.textContent(), '쓰는 중')
  },
)

t.test('a reply is stopped: what was written stays, and is replaced only when that is wanted', async t => {
  heldModel()
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.')
  await visitor.shows('다다')
  await visitor.button('멈추기').click()
  await visitor.becomes('cancelled')
  t.equal(await visitor.text(), beginning)
  await visitor.hears('답글을 멈췄습니다.')

  conch.model.script = () => ['새로 쓴 답글.']
  await visitor.button('다시 쓰기').click()
  t.match(await visitor.reply.locator('footer').textContent(), /지금 글을 버리고/)
  await visitor.button('그대로 두기').click()
  t.equal(await visitor.text(), beginning)
  await visitor.button('다시 쓰기').click()
  await visitor.button('다시 쓰기').click()
  await visitor.becomes('completed')
  t.equal(await visitor.text(), '새로 쓴 답글.')
  t.equal((await visitor.saved()).text, '새로 쓴 답글.')
  await visitor.hears('답글을 다 썼습니다.')
})

t.test('a reply that broke off says so, and one that never began is written again without a question', async t => {
  conch.model.script = () => ['처음만', cut]
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.')
  await visitor.becomes('incomplete')
  t.match(await visitor.reply.locator('.fault').textContent(), /중간에 끊겼습니다/)
  t.equal(await visitor.text(), '처음만')

  conch.model.script = () => []
  await visitor.toAll()
  await visitor.write('또 발표를 했다.')
  await visitor.becomes('failed')
  t.match(await visitor.reply.locator('.fault').textContent(), /아무것도 쓰지 않았습니다/)
  conch.model.script = () => ['이번에는 쓴 답글.']
  await visitor.button('다시 쓰기').click()
  await visitor.becomes('completed')
  t.equal(await visitor.text(), '이번에는 쓴 답글.')
})

t.test('a diary whose reply failed is in the history with the reason, and is tried again or deleted there', async t => {
  conch.model.script = () => []
  const visitor = await openDiary(t, browser, conch.url)
  for (const body of ['하나', '둘']) {
    await visitor.write(body)
    await visitor.becomes('failed')
    await visitor.toAll()
  }
  await visitor.page.reload()
  await visitor.entries.nth(1).waitFor()
  t.match(await visitor.entries.first().textContent(), /둘.*실패.*아무것도 쓰지 않았습니다/s)
  await visitor.page.screenshot({ path: 'test-artifacts/reviews-failed.png', fullPage: true })
  t.same(await namelessControls(visitor), [])
  t.same(await faintTexts(visitor), [])
  conch.model.script = () => ['이번에는 쓴 답글.']
  await visitor.page.getByRole('button', { name: '다시 시도: 둘' }).click()
  await visitor.entries.first().getByText('이번에는 쓴 답글.').waitFor()
  await visitor.page.getByRole('button', { name: '지우기: 하나' }).click()
  await visitor.page.getByRole('button', { name: '지우기', exact: true }).click()
  await visitor.hears('일기와 답글을 지웠습니다.')
  t.equal(await visitor.entries.count(), 1)
})

t.test('a diary without a reply can be taken back to the form and sent again', async t => {
  conch.model.script = () => []
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.', 'T')
  await visitor.becomes('failed')
  await visitor.page.getByRole('button', { name: '일기 고쳐 새로 쓰기' }).click()
  await visitor.body.waitFor()
  t.equal(await visitor.body.inputValue(), '발표를 했다.')
  t.ok(await visitor.page.getByRole('radio', { name: '(T)' }).isChecked())

  conch.model.script = () => ['답글.']
  await visitor.write('발표를 잘했다.', 'F')
  await visitor.becomes('completed')
  await visitor.toAll()
  t.equal(await visitor.body.inputValue(), '', 'what was sent is no draft any more')
  await visitor.body.fill('쓰다 만 일기')
  await visitor.entries.first().getByRole('link').click()
  await visitor.becomes('completed')
  await visitor.page.getByRole('button', { name: '일기 고쳐 새로 쓰기' }).click()
  await visitor.page.getByText('쓰다 만 다른 일기가 있습니다.').waitFor()
  await visitor.page.getByRole('button', { name: '바꾸기' }).click()
  await visitor.body.waitFor()
  t.equal(await visitor.body.inputValue(), '발표를 잘했다.')
})

t.test('the history has the diaries by day, newest first', async t => {
  const visitor = await openDiary(t, browser, conch.url)
  const { page } = visitor
  await page.locator('.past', { hasText: '아직 쓴 일기가 없습니다.' }).waitFor()
  for (const [body, type] of [
    ['첫째 일기\n둘째 줄', 'T'],
    ['둘째 일기', 'F'],
  ] as const) {
    conch.model.script = () => [`${body}의 답글\n뒷말`]
    await visitor.write(body, type)
    await visitor.becomes('completed')
    await visitor.toAll()
    await visitor.entries.first().waitFor()
  }
  const marks = () => visitor.entries.locator('.type-mark').allTextContents()
  t.same(await marks(), ['F', 'T'])
  t.same(await visitor.entries.locator('b').allTextContents(), ['둘째 일기', '첫째 일기'])
  const { items } = await visitor.api<{ items: { createdAt: string }[] }>('/api/reviews')
  const written = Date.parse(items[0]?.createdAt ?? '')
  for (const [now, name] of [
    [written, '오늘'],
    [written + 86_400_000, '어제'],
  ] as const) {
    await page.clock.setFixedTime(now)
    await page.reload()
    await page.locator('.past h3').first().waitFor()
    t.equal(await page.locator('.past h3').first().textContent(), name)
  }
  await visitor.entries.nth(1).getByRole('link').click()
  await visitor.becomes('completed')
  t.equal(await visitor.text(), '첫째 일기\n둘째 줄의 답글\n뒷말')
})

t.test('a long history comes page by page', async t => {
  const visitor = await openDiary(t, browser, conch.url)
  const { page } = visitor
  conch.model.script = () => ['답글.']
  await page.route(/api\/reviews(\?|$)/, route => {
    const url = new URL(route.request().url())
    if (route.request().method() === 'GET') url.searchParams.set('limit', '2')
    return route.continue({ url: url.href })
  })
  for (const body of ['가', '나', '다']) {
    await visitor.write(body)
    await visitor.becomes('completed')
    await visitor.toAll()
  }
  await page.getByRole('button', { name: '더 보기' }).click()
  await visitor.entries.nth(2).waitFor()
  t.same(await visitor.entries.locator('b').allTextContents(), ['다', '나', '가'])
  t.same(await page.locator('.past h3').allTextContents(), ['오늘'], 'a day goes on over the pages')
  t.equal(await page.getByRole('button', { name: '더 보기' }).count(), 0)
})

t.test('a diary is deleted for good, from its page or from the history, when the question is answered', async t => {
  conch.model.script = () => ['답글.']
  const visitor = await openDiary(t, browser, conch.url)
  const { page } = visitor
  for (const body of ['첫째 일기', '둘째 일기', '셋째 일기']) {
    await visitor.write(body)
    await visitor.becomes('completed')
    if (body !== '셋째 일기') await visitor.toAll()
  }
  const third = visitor.taskId
  await visitor.button('지우기').click()
  await visitor.button('그대로 두기').click()
  await visitor.button('지우기').click()
  await visitor.button('지우기').click()
  await visitor.hears('일기와 답글을 지웠습니다.')
  await visitor.entries.first().waitFor()
  t.same(await visitor.entries.locator('b').allTextContents(), ['둘째 일기', '첫째 일기'])

  const entry = visitor.entries.first()
  await entry.getByRole('button', { name: '지우기: 둘째 일기' }).click()
  await entry.getByRole('button', { name: '지우기' }).click()
  await page.locator('#past-title:focus').waitFor()
  await page.waitForFunction(() => document.querySelectorAll('.diary-entry').length === 1)
  t.equal((await visitor.api<{ items: unknown[] }>('/api/reviews')).items.length, 1)
  t.match(await visitor.api(`/api/tasks/${third}`), { status: 404 })
  t.notMatch(await page.evaluate(() => JSON.stringify(sessionStorage)), '셋째 일기', 'nothing is left in the tab')
})

t.test('what is missing or too long is said at the diary, and nothing typed is lost', async t => {
  const visitor = await openDiary(t, browser, conch.url)
  const { page } = visitor
  await page.locator('button[type=submit]').click()
  await page.locator('#body:focus').waitFor()
  t.equal(await page.locator('#body-error').textContent(), '일기를 적어 주세요.')
  t.equal(await visitor.body.getAttribute('aria-invalid'), 'true')

  await visitor.body.fill('가'.repeat(20_001))
  await page.locator('button[type=submit]').click()
  await page.locator('#body-error', { hasText: '20,000자까지' }).waitFor()

  await visitor.body.fill('발표를 했다.')
  await page.context().setOffline(true)
  await page.locator('button[type=submit]').click()
  await page.locator('[data-link=unsent]').waitFor()
  t.equal(await visitor.body.inputValue(), '발표를 했다.')
  await page.context().setOffline(false)
  await page.locator('.reply').waitFor()
})

t.test('Enter is a new line, Ctrl+Enter sends, and neither does while Hangul is composed', async t => {
  conch.model.script = () => ['답글.']
  const visitor = await openDiary(t, browser, conch.url)
  const { page } = visitor
  const keyboard = await page.context().newCDPSession(page)
  await visitor.body.fill('첫 줄')
  await visitor.body.press('End')
  await visitor.body.press('Enter')
  t.equal(await visitor.body.inputValue(), '첫 줄\n')
  await page.getByRole('radio', { name: '(T)' }).press('Enter')
  await visitor.body.focus()
  await keyboard.send('Input.imeSetComposition', { text: '발ㅍ', selectionStart: 2, selectionEnd: 2 })
  await keyboard.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    modifiers: 2,
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 13,
  })
  await keyboard.send('Input.insertText', { text: '발표' })
  t.equal(visitor.taskId, '')
  await page.keyboard.press('Control+Enter')
  await visitor.becomes('completed')
  t.match((await visitor.saved()).body, '첫 줄')
})

t.test('the whole way is walked with the keyboard', async t => {
  heldModel()
  const visitor = await openDiary(t, browser, conch.url)
  const { page } = visitor
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
  await visitor.body.focus()
  await page.keyboard.type('발표를 했다.')
  await page.keyboard.press('Tab')
  t.ok(await page.getByRole('radio', { name: '(F)' }).evaluate(radio => radio === document.activeElement))
  await page.keyboard.press('ArrowUp')
  t.ok(await page.getByRole('radio', { name: '(T)' }).isChecked())
  await page.keyboard.press('Tab')
  t.equal(await focused(), '답글 받기')
  await page.keyboard.press('Enter')
  await page.locator('h1:focus').waitFor()
  await visitor.shows('다다')
  await visitor.button('멈추기').press('Enter')
  await visitor.becomes('cancelled')
  await page.locator('.reply footer :focus').waitFor()
  await visitor.button('지우기').press('Enter')
  await page.locator('.reply [data-focus]:focus').waitFor()
  t.equal(await focused(), '그대로 두기', 'the harmless answer')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.locator('h1:focus').waitFor()
  t.match(await focused(), '오늘은 어땠나요?')
})

t.test('a link to a diary of another owner says what to do', async t => {
  conch.model.script = () => ['답글.']
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write('발표를 했다.')
  const stranger = await openDiary(t, browser, conch.url)
  await stranger.page.goto(`${conch.url}#review=${visitor.taskId}`)
  await stranger.page.locator('h1', { hasText: '이 일기를 찾을 수 없습니다.' }).waitFor()
  await stranger.page.getByRole('link', { name: '일기 목록' }).click()
  await stranger.body.waitFor()
})

t.test('markup in a diary and in a reply is text', async t => {
  const markup = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>&amp;'
  conch.model.script = () => [markup]
  const visitor = await openDiary(t, browser, conch.url)
  await visitor.write(markup)
  await visitor.becomes('completed')
  t.equal(await visitor.text(), markup.replace('&amp;', '&'), "a character's name is Markdown, too")
  t.equal(await visitor.page.locator('.diary .text').textContent(), markup)
  await visitor.toAll()
  await visitor.entries.first().waitFor()
  t.equal(await visitor.entries.locator('b').textContent(), markup)
  t.equal(await visitor.page.locator('main img, main script').count(), 0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`360 px are wide enough, and text stands out from its ground (${colorScheme})`, async t => {
    conch.model.script = () => [`${ending} `.repeat(10) + 'a'.repeat(200)]
    const visitor = await openDiary(t, browser, conch.url, { viewport: { width: 360, height: 740 }, colorScheme })
    const looks = async (view: string) => {
      t.equal(await visitor.overflow(), 0, `${view} cannot be scrolled sideways`)
      t.same(await faintTexts(visitor), [], `${view} has the contrast that WCAG AA asks for`)
      await visitor.page.screenshot({ path: `test-artifacts/${view}-360-${colorScheme}.png`, fullPage: true })
    }
    await looks('diary-form')
    await visitor.write(`발표를 했다. ${'목소리가 떨렸다. '.repeat(20)}`, 'T')
    await visitor.becomes('completed')
    await looks('review')
    await visitor.toAll()
    await visitor.entries.first().waitFor()
    await visitor.entries.first().getByRole('button').click()
    await looks('diaries')
  })
}

t.test('in English every word but the texts is English, and every control has its name', async t => {
  conch.model.script = () => [ending]
  const visitor = await openDiary(t, browser, conch.url, { locale: 'en-GB' })
  const looks = async (view: string) => {
    t.same(await koreanTexts(visitor), [], `${view}: English`)
    t.same(await namelessControls(visitor), [], `${view}: names`)
    t.equal(await visitor.page.locator('h1').count(), 1, `${view}: one main heading`)
    const ids = await visitor.page.evaluate(() => Array.from(document.querySelectorAll('[id]'), element => element.id))
    t.equal(new Set(ids).size, ids.length, `${view}: ids are unique`)
  }
  await looks('form')
  await visitor.write('발표를 했다.', 'T')
  await visitor.becomes('completed')
  await looks('review')
  await visitor.toAll()
  await visitor.entries.first().waitFor()
  await looks('history')
  await visitor.page.screenshot({ path: 'test-artifacts/diaries-en.png', fullPage: true })
})

t.test('nothing moves for those who ask for less motion', async t => {
  heldModel()
  const visitor = await openDiary(t, browser, conch.url, { reducedMotion: 'reduce' })
  await visitor.write('발표를 했다.')
  await visitor.shows('다다')
  t.equal(await visitor.page.evaluate(() => document.getAnimations().length), 0)
})
