import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { startConch } from '../support/conch.ts'
import { operatorToken } from '../support/operator.ts'

const browser = await launchBrowser(t)
const conch = await startConch(t, { OPERATOR_TOKEN: operatorToken })

/** What browsers say of their language: under LANG=C, without a setting, with fingerprints hidden. */
const sayings: { says: string; languages: string[] | undefined; words: RegExp }[] = [
  { says: 'en-US@posix', languages: ['en-US@posix'], words: /Operations/ },
  { says: 'ko-KR@posix', languages: ['ko-KR@posix'], words: /운영/ },
  { says: 'ko_KR', languages: ['ko_KR'], words: /운영/ },
  { says: 'C', languages: ['C'], words: /Operations/ },
  { says: '', languages: [], words: /Operations/ },
  { says: '', languages: undefined, words: /Operations/ },
]

for (const { says, languages, words } of sayings) {
  t.test(`the pages are there in a browser that says ${JSON.stringify({ says, languages })}`, async t => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      extraHTTPHeaders: { 'accept-language': says },
    })
    t.teardown(() => context.close())
    await context.addInitScript(
      ({ says, languages }) => {
        Object.defineProperty(navigator, 'language', { get: () => says })
        Object.defineProperty(navigator, 'languages', { get: () => languages })
      },
      { says, languages },
    )
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', error => errors.push(String(error)))

    await page.goto(`${conch.url}/operations/`)
    t.match(await page.locator('h1').first().textContent(), words)
    await page.locator('#token').fill(operatorToken)
    await page.locator('#token').press('Enter')
    await page.locator('.tiles').waitFor()

    await page.goto(conch.url)
    await page.locator('h1').first().waitFor()
    t.same(errors, [])
  })
}
