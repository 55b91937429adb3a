import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import type { Visitor } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
// The model ends without a word.
conch.model.script = () => []

const languages = [
  { locale: 'ko-KR', failed: '실패', done: '완료', again: '다시 시도', remove: '지우기' },
  { locale: 'en-GB', failed: 'Failed', done: 'Done', again: 'Try again', remove: 'Delete' },
]

for (const { locale, failed, done, again, remove } of languages) {
  t.test(
    `what failed says so everywhere, and can be tried again or deleted where it is listed (${locale})`,
    async t => {
      const visitor = await visit(t, browser, conch.url, { locale })
      const { page } = visitor
      const says = async (what: string, text: string | null) => {
        t.match(text, failed, what)
        t.notMatch(text, done, `${what}: not done`)
      }
      const offers = async (what: string, place: string) => {
        const item = page.locator(place).first()
        await item.getByRole('button', { name: new RegExp(`^${again}`) }).waitFor()
        await item.getByRole('button', { name: new RegExp(`^${remove}`) }).waitFor()
        await says(what, await item.textContent())
      }

      await visitor.write('발표함.')
      await visitor.ended()
      await says('title of a record', await page.title())
      await says('its stages', await page.locator('.stages').textContent())
      await says('its drafts', await visitor.column(0).root.textContent())
      await explained(visitor, t)
      await page.goto(`${conch.url}#history`)
      await offers('the list of records', '.history .entry')
      await page.goto(`${conch.url}#records`)
      await offers('the newest records', '.recent li')

      await page.goto(`${conch.url}#reviews`)
      await page.locator('#body').fill('속상하다.')
      await page.locator('button[type=submit]').click()
      await page.locator('.reply[data-status=failed]').waitFor()
      await page.waitForFunction(failed => document.title.includes(failed), failed)
      await says('title of a diary', await page.title())
      await says('its stages', await page.locator('.stages').textContent())
      await page.goto(`${conch.url}#reviews`)
      await offers('the diaries', '.diary-entry')

      await page.goto(`${conch.url}#quizzes`)
      await page.locator('#topic').fill('광합성')
      await page.locator('button[type=submit]').click()
      await page.locator('.quiz-entry[data-state=failed]').waitFor()
      await offers('the quizzes', '.quiz-entry')
      await page.locator('.quiz-entry h3 a').click()
      await page.waitForFunction(failed => document.title.includes(failed), failed)

      await page.goto(`${conch.url}#library`)
      await offers('the library', '.library-entry')
      await page
        .getByRole('button', { name: new RegExp(`^${remove}`) })
        .first()
        .click()
    },
  )
}

/** In the page's own words; those of the server are behind a mark. */
async function explained(
  { page }: Visitor,
  t: { notOk(value: unknown, why: string): void; ok(value: unknown, why: string): void },
) {
  const fault = page.locator('.fault').first()
  const words = await fault.locator('> p').textContent()
  const details = fault.locator('details')
  const detail = (await details.locator('p').textContent()) ?? ''
  t.ok(detail, 'the server says more')
  t.notOk(words?.includes(detail), 'which the page does not repeat')
  t.notOk(await details.locator('p').isVisible(), 'until it is asked for')
  await details.locator('summary').click()
  t.ok(await details.locator('p').isVisible(), 'and then shows')
}
