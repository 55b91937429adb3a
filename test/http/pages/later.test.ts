import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type PagesOptions, pages } from '../../../src/http/pages/pages.ts'
import { pageFacts } from '../../support/page-facts.ts'

async function app(t: Test, mode: PagesOptions['pages']): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(pages, { pages: mode, facts: () => pageFacts })
  return app
}

/** A word of each part that the first view does without. */
const parts = { 'the parser of Markdown': 'linkify', 'the highlighter': 'hljs', KaTeX: 'katex-mathml' }

/** The scripts from `begin` on; `later`: with those that are imported when they are needed. */
async function scripts(server: FastifyInstance, begin: string, later: boolean): Promise<Map<string, string>> {
  const imports = later
    ? /(?:\bfrom|\bimport)\s*\(?\s*["']([./][^"']+)["']/g
    : /(?:\bfrom|\bimport)\s*["']([./][^"']+)["']/g
  const found = new Map<string, string>()
  const waiting = [begin]
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (found.has(url)) continue
    const { statusCode, body } = await server.inject(url)
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`)
    found.set(url, body)
    // Types in comments name modules of the server and of packages.
    for (const [, name] of body.replaceAll(/\/\*\*.*?\*\//gs, '').matchAll(imports))
      waiting.push(new URL(String(name), `http://page${url}`).pathname)
  }
  return found
}

for (const mode of ['bundled', 'source'] as const)
  t.test(`Markdown, colours of code and formulas come when they are needed (${mode})`, async t => {
    const server = await app(t, mode)
    const { body } = await server.inject('/')
    const [, script = ''] = /<script type="module" src="([^"]+)">/.exec(body) ?? []
    const first = [...(await scripts(server, script, false)).values()].join('\n')
    const all = [...(await scripts(server, script, true)).values()].join('\n')
    for (const [part, word] of Object.entries(parts)) {
      t.notOk(first.includes(word), `${part} is no part of the first view`)
      t.ok(all.includes(word), `${part} comes later`)
    }
  })

for (const mode of ['bundled', 'source'] as const)
  t.test(`KaTeX's style sheet and its fonts are served, and nothing else of it (${mode})`, async t => {
    const server = await app(t, mode)
    const sheet = await server.inject('/vendor/katex/katex.min.css')
    t.match(sheet, { statusCode: 200, headers: { 'content-type': /^text\/css/ } })
    const fonts = Array.from(sheet.body.matchAll(/url\(([^)]+\.woff2)\)/g), ([, path]) => String(path))
    t.ok(fonts.length > 15)
    for (const path of fonts) {
      const font = await server.inject(`/vendor/katex/${path}`)
      t.match(font, { statusCode: 200, headers: { 'content-type': 'font/woff2' } }, path)
    }
    for (const path of ['katex.js', 'fonts/KaTeX_Main-Regular.ttf', '../package.json', 'contrib/copy-tex.js'])
      t.equal((await server.inject(`/vendor/katex/${path}`)).statusCode, 404, path)
  })
