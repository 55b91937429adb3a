import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

const text = (version: number) => `${version + 1}안: 토론에서 근거를 들어 말함.`

async function ended(t: Parameters<typeof visit>[0], more = {}) {
  conch.model.script = version => [text(version)]
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.', { subject: '국어', label: '2-3-15', ...more })
  await visitor.ended()
  const { page } = visitor
  return {
    visitor,
    page,
    area: page.getByLabel('저장할 글'),
    confirm: page.getByRole('checkbox', { name: /부풀린 내용.*기재요령/ }),
    save: page.getByRole('button', { name: '확인하고 저장' }),
    saved: page.getByRole('region', { name: /저장한 글/ }),
    choose: (index: number) => visitor.column(index).button('골라서 고치기').click(),
  }
}

t.test('a version is chosen, edited, confirmed and saved, and found in the history', async t => {
  const { visitor, page, area, confirm, save, saved, choose } = await ended(t)
  await choose(1)
  t.equal(await area.inputValue(), text(1))
  await page.locator('#editor-text:focus').waitFor()
  await area.fill('토론에서 근거를 들어 차분히 말함.')
  await confirm.check()
  await save.click()
  await saved.waitFor()
  t.match(await saved.textContent(), '토론에서 근거를 들어 차분히 말함.')
  t.match(await visitor.column(1).root.textContent(), '저장한 안')
  await visitor.hears('저장했습니다.')

  type Saved = { saved: { output: number; text: string; original: string } }
  const record = await visitor.api<Saved>(`/api/records/${visitor.taskId}`)
  t.match(record.saved, { output: 1, text: '토론에서 근거를 들어 차분히 말함.', original: text(1) })

  await page.getByRole('link', { name: '기록함' }).click()
  const entry = page.locator('.entry').first()
  t.match(await entry.textContent(), /국어 · 2-3-15.*저장함.*토론에서 근거를 들어 차분히 말함\./s)
  await entry.getByRole('link', { name: '열기' }).click()
  await visitor.ended()
  t.same(await visitor.texts(), [text(0), text(1), text(2)], 'an old record shows its versions')
  await saved.waitFor()
  await saved.getByRole('button', { name: '다시 고치기' }).click()
  t.equal(await area.inputValue(), '토론에서 근거를 들어 차분히 말함.')
  await page.reload()
  await area.waitFor()
  t.equal(await area.inputValue(), '토론에서 근거를 들어 차분히 말함.', 'editing goes on from what was saved')
})

t.test('nothing is saved before the teacher confirms', async t => {
  const { page, save, choose, visitor } = await ended(t)
  await choose(0)
  await save.click()
  await page.getByText('저장하려면 먼저 이 확인에 표시해 주세요.').first().waitFor()
  await page.locator('#editor-confirm:focus').waitFor()
  t.same((await visitor.api<{ saved: unknown }>(`/api/records/${visitor.taskId}`)).saved, null)
})

t.test('over the limit is counted while typing, refused first, and saved only when asked again', async t => {
  const { page, area, confirm, save, saved, choose } = await ended(t, { target: '150' })
  await choose(0)
  await area.fill('가'.repeat(51))
  await page.locator('.editor .meter', { hasText: '153 / 150바이트' }).waitFor()
  t.match(await page.locator('.editor .meter').textContent(), '3바이트 넘음')
  await confirm.check()
  await save.click()
  const warning = page.locator('.editor .notice')
  await warning.waitFor()
  t.match(await warning.textContent(), '한도를 3바이트 넘습니다.')

  await warning.getByRole('button', { name: '줄이기' }).click()
  await page.locator('#editor-text:focus').waitFor()
  await area.fill('가'.repeat(52))
  await warning.waitFor({ state: 'detached' })
  await save.click()
  await page.getByRole('button', { name: '넘은 채로 저장' }).click()
  await saved.waitFor()
  t.match(await saved.locator('.meter').textContent(), '6바이트 넘음')
})

t.test('an edit survives a reload, until it is saved or taken back', async t => {
  const { page, area, choose } = await ended(t)
  await choose(2)
  await area.fill('고쳐 쓰는 중')
  await page.reload()
  await area.waitFor()
  t.equal(await area.inputValue(), '고쳐 쓰는 중')
  await page.getByRole('button', { name: '닫기' }).click()
  await page.locator('#edit-2:focus').waitFor()
  await choose(2)
  t.equal(await area.inputValue(), '고쳐 쓰는 중')
  await page.getByRole('button', { name: '처음 글로 되돌리기' }).click()
  t.equal(await area.inputValue(), text(2))
})

t.test('what a record must not hold is marked with its reason, also while editing', async t => {
  conch.model.script = () => ['토익 900점을 받고 탐구함.']
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.ended()
  const { root } = visitor.column(0)
  t.equal(await root.locator('.text mark').first().textContent(), '토익')
  t.ok(await root.locator('.text mark').first().getAttribute('title'))
  t.match(await root.locator('.marks').textContent(), /쓸 수 없는 표현 1곳.*토익.*어학시험/s)

  await visitor.column(0).button('골라서 고치기').click()
  const area = visitor.page.getByLabel('저장할 글')
  await area.fill('발표를 하고 토플 점수를 말함.')
  await visitor.page.getByRole('button', { name: '글에서 찾기: 토플' }).click()
  const selected = await area.evaluate(element => {
    const { value, selectionStart, selectionEnd } = element as HTMLTextAreaElement
    return value.slice(selectionStart, selectionEnd)
  })
  t.equal(selected, '토플')
})

t.test('what is forbidden stops the saving until it is changed, or the teacher says why it stands', async t => {
  conch.model.script = () => ['엑셀로 정리했음. 토익을 말함.']
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('발표함.')
  await visitor.ended()
  const { page } = visitor
  await visitor.column(0).button('골라서 고치기').click()
  const area = page.getByLabel('저장할 글')
  const editor = page.locator('.editor')
  await editor.getByRole('button', { name: "'표 계산 프로그램으로'(으)로 바꾸기" }).click()
  t.equal(await area.inputValue(), '표 계산 프로그램으로 정리했음. 토익을 말함.')
  t.equal(await editor.locator('details.form-findings').getAttribute('open'), null, 'form is folded')
  await editor.locator('details.form-findings > summary').click()
  await editor.getByRole('button', { name: "'정리함'(으)로 바꾸기" }).click()
  t.equal(await area.inputValue(), '표 계산 프로그램으로 정리함. 토익을 말함.')
  await page.getByRole('checkbox', { name: /부풀린 내용/ }).check()
  await page.getByRole('button', { name: '확인하고 저장' }).click()
  const stop = page.locator('.forbidden-findings')
  await stop.waitFor()
  t.match(await stop.textContent(), /1곳.*토익.*18쪽/s)
  await stop.getByRole('button', { name: '까닭을 남기고 저장' }).click()
  await page.locator('#editor-despite:focus').waitFor()
  t.same((await visitor.api<{ saved: unknown }>(`/api/records/${visitor.taskId}`)).saved, null, 'not without a reason')
  await page.screenshot({ path: 'test-artifacts/record-forbidden.png', fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than a phone')
  await page.screenshot({ path: 'test-artifacts/record-forbidden-390-dark.png', fullPage: true })
  await stop.getByLabel(/그대로 두는 까닭/).fill('책 제목이다.')
  await stop.getByRole('button', { name: '까닭을 남기고 저장' }).click()
  const saved = page.getByRole('region', { name: /저장한 글/ })
  await saved.waitFor()
  t.match(await saved.textContent(), '그대로 둔 까닭: 책 제목이다.')
})

t.test('the form offers the parts of a school level, and says where a limit comes from', async t => {
  const { page } = await visit(t, browser, conch.url)
  const parts = () => page.locator('fieldset.choices').first().locator('label').allTextContents()
  t.match((await parts()).join('|'), /행동특성 및 종합의견\s*900바이트/)
  await page.getByLabel('학교급').selectOption('elementary')
  t.match((await parts()).join('|'), /성취수준 및 특기사항\s*제한 없음.*자율·자치 및 동아리활동/)
  await page.getByLabel('학교급').selectOption('high')
  await page.getByLabel('학년도').selectOption('2025')
  t.match((await parts()).join('|'), /행동특성 및 종합의견\s*1,500바이트/)
  await page.locator('form .limit-source summary').click()
  t.match(await page.locator('form .limit-source').textContent(), /기재요령.*2022.*확인하지 못한/s)
  await page.screenshot({ path: 'test-artifacts/record-form.png', fullPage: true })
})

t.test('a text is copied', async t => {
  const { page, visitor } = await ended(t)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await visitor.column(1).button('복사').click()
  await visitor.column(1).root.getByText('복사했습니다').waitFor()
  t.equal(await page.evaluate(() => navigator.clipboard.readText()), text(1))
})
