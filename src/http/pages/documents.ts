import { join } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Language } from '../language.ts'
import type { PageAssets, PageBundle } from './bundle.ts'
import { type Drawing, drawingOf, type Facts } from './drawing.ts'
import { type PageFile, pageFile } from './page-file.ts'
import { htmlOf, linksOf, type PageName, publicFolder, withFiles } from './templates.ts'

/** Which of a page's documents. */
export interface Wanted {
  readonly page: PageName
  readonly language: Language
  /** By which the visitor knows the server, such as `https://example.org`: addresses of pictures for other sites need it. */
  readonly origin: string
}

/** Origins are few; without ALLOWED_HOSTS a client may name any address. */
const mostKept = 32

/** Makes the documents of the pages: in the visitor's language, with the first views drawn in them, if they are bundled. */
export class Documents {
  readonly #basePath: string
  readonly #facts: () => Facts
  readonly #bundle: PageBundle | undefined
  readonly #drawing: Promise<Drawing> | undefined
  readonly #kept = new LRUCache<string, Promise<PageFile>>({ max: mostKept })

  constructor({ basePath, facts, bundle }: { basePath: string; facts: () => Facts; bundle?: PageBundle }) {
    this.#basePath = basePath
    this.#facts = facts
    this.#bundle = bundle
    this.#drawing = bundle && drawingOf(bundle.drawing)
  }

  /** A bundled one is made once, and again when the facts change; a source is read each time. */
  async get(wanted: Wanted): Promise<PageFile> {
    const facts = this.#facts()
    if (!this.#bundle) return this.#make(wanted, facts)
    const key = JSON.stringify([wanted, facts])
    const kept = this.#kept.get(key)
    if (kept) return kept
    const made = this.#make(wanted, facts)
    this.#kept.set(key, made)
    // What failed once may not fail again.
    made.catch(() => this.#kept.delete(key))
    return made
  }

  async #make({ page, language, origin }: Wanted, facts: Facts): Promise<PageFile> {
    const words = (await import(join(publicFolder, 'i18n.js')))[language]
    const isApp = page === 'app'
    const values: Record<string, string> = {
      lang: language,
      locale: language === 'ko' ? 'ko_KR' : 'en_US',
      base: this.#basePath,
      origin: origin + this.#basePath,
      facts: isApp ? JSON.stringify(facts) : '',
      title: isApp ? words['start.title'] : `${words['operations.title']} – Conch`,
      description: words['app.description'],
      noscript: words['app.noscript'],
    }
    const html = (await this.#html(page))
      .replace('<html lang="ko"', `<html lang="${language}"`)
      .replaceAll(/%(\w+)%/g, (_, name) => escaped(values[name] ?? ''))
    const drawn = isApp && this.#drawing ? views((await this.#drawing)(language, facts)) : ''
    const whole = html.replace('<div id="app"></div>', () => `<div id="app">${drawn}</div>`)
    return pageFile('', 'text/html', Buffer.from(below(this.#basePath, whole)))
  }

  async #html(page: PageName): Promise<string> {
    const html = await htmlOf(page)
    if (!this.#bundle) return html
    const assets = this.#bundle.pages[page]
    return withFiles(html, headLines(assets, this.#bundle.font.name, linksOf(html).later.length > 0), assets)
  }
}

/** The style sheet first: nothing is painted without it. */
function headLines({ sheet, laterSheet, imported }: PageAssets, font: string, hasLater: boolean): string[] {
  return [
    `<link rel="stylesheet" href="${sheet}" />`,
    `<link rel="preload" href="/assets/${font}" as="font" type="font/woff2" crossorigin />`,
    ...imported.map(path => `<link rel="modulepreload" href="${path}" />`),
    ...(hasLater ? [`<link rel="stylesheet" href="${laterSheet}" media="not all" data-later />`] : []),
  ]
}

/** `early.js` chooses one by the address. Other places begin with the frame of the page, as it looks with none of them. */
function views({ start, records }: ReturnType<Drawing>): string {
  const frame = start.replace(/(<main[^>]*>).*(<\/main>)/s, '$1$2')
  const drawn = { start, records, other: frame }
  return Object.entries(drawn)
    .map(([name, html]) => `<div data-view="${name}">${html}</div>`)
    .join('')
}

/** The document with all its own addresses below the path that the server is served at. */
function below(basePath: string, html: string): string {
  return basePath === '' ? html : html.replaceAll(/ (href|src)="\/(?!\/)/g, ` $1="${basePath}/`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
