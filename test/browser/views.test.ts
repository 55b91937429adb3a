import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { type RecordPage, visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
conch.model.script = version => [
  `${version + 1}안: ${'토론에서 근거를 들어 자신의 생각을 말하며 논리적으로 사고하는 힘이 자람. '.repeat(10)}토익 이야기를 함. ${'a'.repeat(200)}`,
]
await mkdir('test-artifacts', { recursive: true })

/** Every view of the page, one after the other. */
async function* views(visitor: RecordPage) {
  yield 'write'
  await visitor.write('토론에서 근거를 들어 말함.', { subject: '국어', label: '2-3-15' })
  await visitor.ended()
  await visitor.page.locator('#edit-0').click()
  await visitor.page.locator('.editor .marks').waitFor()
  yield 'task'
  await visitor.page.locator('#editor-confirm').check()
  await visitor.page.locator('.confirm .primary').click()
  await visitor.page.locator('.saved-text').waitFor()
  yield 'saved'
  await visitor.page.locator('nav a').nth(1).click()
  await visitor.page.locator('.entry').first().waitFor()
  yield 'history'
}

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`360 px are wide enough, and text stands out from its ground (${colorScheme})`, async t => {
    const visitor = await visit(t, browser, conch.url, { viewport: { width: 360, height: 740 }, colorScheme })
    for await (const view of views(visitor)) {
      t.equal(await visitor.overflow(), 0, `${view} cannot be scrolled sideways`)
      t.same(await faintTexts(visitor), [], `${view} has the contrast that WCAG AA asks for`)
      await visitor.page.screenshot({ path: `test-artifacts/${view}-360-${colorScheme}.png`, fullPage: true })
    }
  })
}

t.test('in English every word but the texts is English, and every control has its name', async t => {
  const visitor = await visit(t, browser, conch.url, { locale: 'en-GB' })
  for await (const view of views(visitor)) {
    t.same(await koreanTexts(visitor), [], `${view}: English`)
    t.same(await namelessControls(visitor), [], `${view}: names`)
    t.equal(await visitor.page.locator('h1').count(), 1, `${view}: one main heading`)
    const ids = await visitor.page.evaluate(() => Array.from(document.querySelectorAll('[id]'), element => element.id))
    t.equal(new Set(ids).size, ids.length, `${view}: ids are unique`)
  }
})

function koreanTexts({ page }: RecordPage): Promise<string[]> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const ofTheTeacher = node.parentElement?.closest('[lang=ko], textarea, noscript, h1, h2, b, .hint')
      if (!ofTheTeacher && /[가-힣]/.test(node.nodeValue ?? '')) found.push(node.nodeValue ?? '')
    }
    return found
  })
}

function namelessControls({ page }: RecordPage): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll('button, a, input, select, textarea'))
      .filter(control => {
        const labels = (control as HTMLInputElement).labels ?? []
        const name = control.getAttribute('aria-label') || Array.from(labels, label => label.textContent).join('')
        return !(name || control.textContent?.trim())
      })
      .map(control => control.outerHTML),
  )
}

/** Texts whose contrast is under 4.5 (3 when large), by the colours as they are computed. */
function faintTexts({ page }: RecordPage): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = readonly [number, number, number, number]
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const colourOf = (css: string): Colour => {
      if (!canvas) throw new Error('no canvas')
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = css
      canvas.fillRect(0, 0, 1, 1)
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data
      return [r, g, b, a / 255]
    }
    const luminance = ([r, g, b]: Colour) => {
      const [x = 0, y = 0, z = 0] = [r, g, b].map(value => {
        const part = value / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const groundOf = (element: Element | null): Colour => {
      for (let at = element; at; at = at.parentElement) {
        const colour = colourOf(getComputedStyle(at).backgroundColor)
        if (colour[3] === 1) return colour
      }
      return colourOf(getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'Canvas' : 'white')
    }
    const faint: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!element?.checkVisibility() || !node.nodeValue?.trim() || element.closest('noscript, .visually-hidden'))
        continue
      const style = getComputedStyle(element)
      const [light = 0, dark = 0] = [luminance(colourOf(style.color)), luminance(groundOf(element))].sort(
        (a, b) => b - a,
      )
      const size = Number.parseFloat(style.fontSize)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      const contrast = (light + 0.05) / (dark + 0.05)
      if (contrast < (large ? 3 : 4.5)) faint.push(`${node.nodeValue.trim()} (${contrast.toFixed(2)})`)
    }
    return faint
  })
}
