import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
conch.model.script = () => ['쓴 글.']

t.test('the form is empty for the next student, and each record brings back its own notes', async t => {
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  const field = (id: string) => page.locator(`#${id}`)
  const sent = async () => [await field('observations').inputValue(), await field('label').inputValue()]

  await page.locator('form details:not(.limit-source) > summary').click()
  await field('keywords').fill('끈기, 협력')
  await visitor.write('첫 학생의 관찰.', { subject: '국어', label: '2-3-15' })
  await visitor.ended()
  const first = page.url()

  // Beside the drafts, and in the editor.
  const notes = page.locator('.observations', { hasText: '첫 학생의 관찰.' })
  t.equal(await notes.count(), 1)
  t.match(await notes.textContent(), '끈기, 협력')
  await visitor.column(0).root.locator('button.primary').click()
  await page.locator('.editor .observations', { hasText: '첫 학생의 관찰.' }).waitFor()
  await page.locator('.editor header button').click()

  await page.goto(`${conch.url}#records`)
  await field('observations').waitFor()
  t.same(await sent(), ['', ''], 'notes and label are gone')
  t.equal(await field('subject').inputValue(), '국어', 'the subject stays')
  t.ok(await page.locator('input[name=category][value=subject]').isChecked())
  await page.locator('form details:not(.limit-source) > summary').click()
  t.equal(await field('keywords').inputValue(), '')
  await page.locator('form details:not(.limit-source) > summary').click()

  await visitor.write('둘째 학생의 관찰.', { label: '2-3-16' })
  await visitor.ended()
  await page.goto(first)
  const rewrite = page.getByRole('link', { name: '내용 고쳐 새로 쓰기' })
  await page.locator('h1', { hasText: '2-3-15' }).waitFor()
  await rewrite.click()
  await field('observations').waitFor()
  t.same(await sent(), ['첫 학생의 관찰.', '2-3-15'], 'not those of the last one')
  t.equal(await field('keywords').inputValue(), '끈기, 협력')

  await field('observations').fill('아직 보내지 않은 관찰.')
  await page.goto(first)
  await rewrite.click()
  await page.getByText('아직 보내지 않은 다른 내용이 있어요.').waitFor()
  await page.getByRole('button', { name: '그대로 두기' }).click()
  await rewrite.click()
  await page.getByRole('button', { name: '바꾸기' }).click()
  await field('observations').waitFor()
  t.equal(await field('observations').inputValue(), '첫 학생의 관찰.')
})

t.test('a form that is left while it is sent is empty, too; the chosen year outlives a reload', async t => {
  const { page } = await visit(t, browser, conch.url)
  const notes = page.locator('#observations')
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  await page.route('**/api/records', async route => {
    if (route.request().method() === 'POST') await held
    await route.continue()
  })
  await page.locator('#schoolYear').selectOption('2024')
  await page.reload()
  await notes.fill('떠나며 보낸 관찰.')
  t.equal(await page.locator('#schoolYear').inputValue(), '2024')
  const posted = page.waitForRequest(request => request.method() === 'POST' && request.url().endsWith('/api/records'))
  await notes.press('Control+Enter')
  await posted
  const answered = page.waitForResponse(response => response.request().method() === 'POST')
  const navigation = page.getByRole('navigation', { name: '주 메뉴' })
  await navigation.getByRole('link', { name: '퀴즈' }).click()
  await navigation.getByRole('link', { name: '생활기록부' }).click()
  t.equal(await notes.inputValue(), '떠나며 보낸 관찰.', 'it is not accepted yet')
  go()
  await answered
  await page.waitForFunction(() => (document.querySelector('#observations') as HTMLTextAreaElement).value === '')
  t.match(page.url(), /#records$/, 'and who has left is not called away')
})

t.test('an error at a field goes when the field is mended, and the focus stays where the user types', async t => {
  const { page } = await visit(t, browser, conch.url)
  await page.locator('form details:not(.limit-source) > summary').click()
  await page.locator('#targetBytes').fill('1')
  await page.locator('button[type=submit]').click()
  const [empty, target] = [page.locator('#observations-error'), page.locator('#targetBytes-error')]
  await empty.waitFor()
  await target.waitFor()
  await page.locator('#targetBytes').fill('2')
  t.equal(await target.count(), 1, 'it is still wrong')
  await page.locator('#targetBytes').fill('500')
  await target.waitFor({ state: 'detached' })
  t.equal(await empty.count(), 1, 'the other one stays')
  t.ok(await page.locator('#targetBytes').evaluate(field => field === document.activeElement))
  await page.locator('#observations').fill('발표함.')
  await empty.waitFor({ state: 'detached' })
})

t.test('what was typed while the answer was on its way is kept', async t => {
  const visitor = await visit(t, browser, conch.url)
  const { page } = visitor
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  await page.route('**/api/records', async route => {
    await held
    await route.continue()
  })
  await page.locator('#observations').fill('보낸 관찰.')
  await page.locator('button[type=submit]').click()
  await page.locator('#observations').fill('다음 학생의 관찰.')
  go()
  await visitor.ended()
  await page.goto(`${conch.url}#records`)
  await page.locator('#observations').waitFor()
  t.equal(await page.locator('#observations').inputValue(), '다음 학생의 관찰.')
})
