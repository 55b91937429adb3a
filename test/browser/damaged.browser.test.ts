import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { damage } from '../support/damage.ts'
import { openRaw } from '../support/raw-database.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { runningConch } from './running-conch.ts'
import { openPage, Visitor } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
const words = '저장된 내용 일부가 손상되어 읽을 수 없어요.'

class Owner extends Visitor {
  /** Has it written to its end; answers its id once it is in the library. */
  async write(path: string, data: object, inLibrary = (id: string) => id): Promise<string> {
    const created = await this.page.request.post(new URL(path, conch.url).href, { data })
    const { taskId } = (await created.json()) as { taskId: string }
    for (;;) {
      const { items } = await this.api<{ items: { id: string }[] }>('/api/library')
      if (items.some(({ id }) => id === inLibrary(taskId))) return taskId
    }
  }

  async go(hash: string): Promise<void> {
    await this.page.goto(`${conch.url}${hash}`)
    await this.page.reload()
  }

  get notices() {
    return this.page.locator('.notice.damaged')
  }

  /** Presses the button of the only notice, and answers the question that takes its place. */
  async remove(): Promise<void> {
    await this.notices.getByRole('button', { name: '삭제' }).click()
    await this.notices.getByRole('button', { name: '삭제', exact: true }).click()
  }
}

t.test('what is damaged is said in plain words wherever it is shown, and can be deleted there', async t => {
  const owner = new Owner(await openPage(t, browser, conch.url))
  const { page } = owner
  conch.model.script = () => ['쓴 글.']
  const record = { category: 'club', observations: '수열', label: '2-3', versions: 2 }
  const [kept, first, second, third] = [
    await owner.write('/api/records', record),
    await owner.write('/api/records', record),
    await owner.write('/api/records', record),
    await owner.write('/api/records', record),
  ]
  const review = await owner.write('/api/reviews', { body: '발표를 망쳤다.', type: 'FEELING' })
  const created = await page.request.post(new URL('/api/conversations', conch.url).href, { data: {} })
  const talk = ((await created.json()) as { id: string }).id
  const turn = await owner.write(`/api/conversations/${talk}/messages`, { content: '안녕?' }, () => talk)
  conch.model.script = () => [
    JSON.stringify({
      questions: [{ question: '무엇?', choices: ['가', '나', '다', '라'], answer: 0, explanation: '가' }],
    }),
  ]
  const quiz = await owner.write('/api/quizzes', { topic: '바다', questionCount: 1 })

  await conch.stop()
  const raw = await openRaw(t, conch.storage)
  for (const id of [first, second, third, review])
    await damage(raw, { table: 'outputs', column: 'text', where: `task_id = '${id}' and index = 0` })
  await damage(raw, { table: 'turns', column: 'content', where: `id = '${turn}'` })
  await damage(raw, { table: 'quizzes', column: 'questions', where: `id = '${quiz}'` })
  await damage(raw, { table: 'tasks', column: 'input', where: `id = '${first}'` })
  await raw.close()
  await conch.start()

  await owner.go('#history')
  await page.locator('.entry').nth(3).waitFor()
  t.equal(await owner.notices.count(), 3)
  t.match(await owner.notices.nth(0).textContent(), words)
  t.equal(await page.locator('.entry').last().locator('.damaged').count(), 0, 'the whole one has no notice')
  t.same(await namelessControls(owner), [])
  t.same(await faintTexts(owner), [])
  const damaged = page.locator('.entry', { has: page.locator('.notice.damaged') }).first()
  await damaged.getByRole('button', { name: /^지우기: / }).click()
  await damaged.getByRole('button', { name: '지우기', exact: true }).click()
  await page.waitForFunction(() => document.querySelectorAll('.entry').length === 3)
  t.ok(await page.evaluate(() => document.activeElement?.matches('h1')), 'the focus is not lost')

  await owner.go(`#task=${second}`)
  await owner.notices.waitFor()
  t.match(await page.locator('.column').nth(0).textContent(), '이 부분은 손상되어 읽을 수 없어요.')
  t.match(await page.locator('.column').nth(1).textContent(), '쓴 글.')
  await owner.remove()
  await page.waitForURL(/#history$/)
  t.equal(((await owner.api<{ items: object[] }>('/api/records')) as { items: object[] }).items.length, 2)

  await owner.go(`#task=${first}`)
  await page.getByText('이 기록에 적으신 내용은 손상되어 불러올 수 없어요.').waitFor()
  t.equal(await page.locator('.observations').count(), 0)

  await owner.go(`#review=${review}`)
  await owner.notices.waitFor()
  t.match(await page.locator('.diary').textContent(), '발표를 망쳤다.')
  t.match(await page.locator('.reply').textContent(), '이 부분은 손상되어 읽을 수 없어요.')
  await owner.go('#reviews')
  await owner.notices.waitFor()

  await owner.go(`#chat=${talk}`)
  await owner.notices.waitFor()
  t.match(await page.locator('.own').textContent(), '이 부분은 손상되어 읽을 수 없어요.')
  t.match(await page.locator('.partner').textContent(), '쓴 글.')
  t.equal(await page.locator('.partner').getByRole('button', { name: '다시 쓰기' }).count(), 0)

  await owner.go(`#quiz=${quiz}`)
  await owner.notices.waitFor()
  t.equal(await page.locator('.paper').count(), 0, 'there is nothing to be answered')
  await owner.go('#quizzes')
  await owner.notices.waitFor()

  await owner.go('#library')
  await page.locator('.library-entry').nth(4).waitFor()
  await page.locator('#q').fill('없는 말이지만')
  await page.locator('#q').press('Enter')
  await page.waitForFunction(() => document.querySelectorAll('.library-entry').length < 5)
  await page.locator('#q').fill('2-3')
  await page.locator('#q').press('Enter')
  await owner.notices.waitFor()
  t.equal(await page.locator('.library-entry').count(), 2)
  await owner.remove()
  await page.waitForFunction(() => document.querySelectorAll('.library-entry').length === 1)
  t.same(
    ((await owner.api('/api/records')) as { items: { id: string }[] }).items.map(({ id }) => id),
    [kept],
  )
  t.ok(third)
})

t.test('in English, too', async t => {
  const owner = new Owner(await openPage(t, browser, conch.url, { locale: 'en-GB' }))
  conch.model.script = () => ['쓴 글.']
  const id = await owner.write('/api/records', { category: 'club', observations: 'a', versions: 1 })
  await conch.stop()
  const raw = await openRaw(t, conch.storage)
  await damage(raw, { table: 'outputs', column: 'text', where: `task_id = '${id}'` })
  await raw.close()
  await conch.start()
  await owner.go(`#task=${id}`)
  await owner.notices.waitFor()
  t.match(await owner.notices.textContent(), 'Part of this was damaged in storage and cannot be read.')
  t.same(await koreanTexts(owner), [])
})
