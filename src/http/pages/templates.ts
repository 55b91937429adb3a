import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const publicFolder = fileURLToPath(new URL('../../../public/', import.meta.url))

/** The pages: where each begins in `public/`, and under which paths it is served. */
export const templates = {
  app: { file: 'index.html', paths: ['/', '/index.html'] },
  operations: { file: 'operations/index.html', paths: ['/operations/', '/operations/index.html'] },
} as const

export type PageName = keyof typeof templates
export const pageNames = Object.keys(templates) as PageName[]

/** A page's document as it is written: it names its files one by one, and has places for words, as `%title%`. */
export function htmlOf(page: PageName): Promise<string> {
  return readFile(join(publicFolder, templates[page].file), 'utf8')
}

const styleLink = /[ \t]*<link rel="stylesheet" href="([^"]+)"( media="not all" data-later)? \/>\n/g
const earlyTag = /<script src="\/early\.js"><\/script>/
const scriptTag = /<script type="module" src="([^"]+)"><\/script>/

/** What a document names: its script, the style sheets of the first view, and those that come later. */
export function linksOf(html: string): { script: string; first: string[]; later: string[] } {
  const [, script] = scriptTag.exec(html) ?? []
  if (!script || !earlyTag.test(html)) throw new Error('a page has one script of type module, and /early.js before it')
  const links = Array.from(html.matchAll(styleLink), ([, href, later]) => ({
    href: String(href),
    isLater: later !== undefined,
  }))
  const hrefs = (isLater: boolean) => links.filter(link => link.isLater === isLater).map(({ href }) => href)
  return { script, first: hrefs(false), later: hrefs(true) }
}

/** The document with these lines for its style sheets, and these scripts in place of its own. */
export function withFiles(
  html: string,
  lines: readonly string[],
  { early, script }: { early: string; script: string },
): string {
  let isFirst = true
  return html
    .replaceAll(styleLink, () => {
      const head = isFirst ? lines.map(line => `    ${line}\n`).join('') : ''
      isFirst = false
      return head
    })
    .replace(earlyTag, `<script src="${early}"></script>`)
    .replace(scriptTag, `<script type="module" src="${script}"></script>`)
}
