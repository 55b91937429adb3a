import type { Visitor } from './visitor.ts'

/** Korean where an English page has no excuse for it: user's words and texts are marked as Korean or are names. */
export function koreanTexts({ page }: Visitor): Promise<string[]> {
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

/** Controls that a screen reader could not name. */
export function namelessControls({ page }: Visitor): Promise<string[]> {
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
export function faintTexts({ page }: Visitor): Promise<string[]> {
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
