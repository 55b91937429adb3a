import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type PagesOptions, pages } from '../../../src/http/pages/pages.ts'
import { pageFacts } from '../../support/page-facts.ts'

async function app(
  t: Test,
  mode: PagesOptions['pages'] = 'bundled',
  facts: ReturnType<PagesOptions['facts']> = pageFacts,
): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(pages, { pages: mode, facts: () => facts })
  return app
}

const modes = ['bundled', 'source'] as const

const get = (app: FastifyInstance, url: string, headers = {}) => app.inject({ method: 'GET', url, headers })

/** Every URL of the page, found by following what it loads. */
async function loaded(app: FastifyInstance): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const waiting = ['/', '/operations/']
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (found.has(url)) continue
    const response = await get(app, url)
    found.set(url, `${response.statusCode} ${response.headers['content-type']}`)
    if (/font|image|manifest/.test(String(response.headers['content-type']))) continue
    for (const name of namedIn(response.body)) waiting.push(new URL(name, `http://page${url}`).pathname)
  }
  return found
}

/** Types in comments name modules of the server and of packages. */
const withoutComments = (code: string) => code.replaceAll(/\/\*\*.*?\*\//gs, '')

function namedIn(text: string): string[] {
  const code = withoutComments(text)
  const imports = code.matchAll(/\b(?:from|import)\s*\(?\s*(['"])(\.{0,2}\/[^'"\s]*)\1/g)
  const others = code.matchAll(/(?:(?:src|href)=|\burl\()(['"]?)(\.{0,2}\/[^'")\s]*)\1/g)
  return [...imports, ...others].map(([, , name]) => String(name)).filter(name => name !== '/docs')
}

const types = {
  js: 'javascript',
  css: 'text/css',
  woff2: 'font/woff2',
  svg: 'image/svg',
  png: 'image/png',
  ico: 'icon',
  webmanifest: 'application/manifest+json',
  '': 'text/html',
}

for (const mode of modes) {
  t.test(`everything the pages load is served, with the type browsers insist on (${mode})`, async t => {
    const found = await loaded(await app(t, mode))
    for (const [url, answer] of found) {
      const extension = (/\.(\w+)$/.exec(url)?.[1] ?? '') as keyof typeof types
      t.match(answer, /^200 /, url)
      t.ok(answer.includes(types[extension]), `${url}: ${answer}`)
    }
    t.ok([...found.keys()].filter(url => url.endsWith('.woff2')).length > 50, 'and the font')
    for (const url of ['/manifest.webmanifest', '/favicon.ico', '/icons/apple-touch-icon.png'])
      t.ok(found.has(url), url)
  })

  t.test(
    `no module has a bare import, which the content security policy leaves no way to resolve (${mode})`,
    async t => {
      const server = await app(t, mode)
      for (const url of (await loaded(server)).keys()) {
        if (!url.endsWith('.js')) continue
        const { body } = await get(server, url)
        // Not the word in a string, or at the end of one.
        const bare = withoutComments(body).match(/(?<![\w.'"])(?:from|import)\s*(['"])[\w@][\w@/.-]*\1/g)
        t.same(bare ?? [], [], url)
      }
    },
  )

  t.test(`the documents hold no inline script or style and name no other host (${mode})`, async t => {
    const server = await app(t, mode)
    for (const url of ['/', '/index.html', '/operations/', '/operations/index.html']) {
      const { body, statusCode } = await get(server, url)
      t.equal(statusCode, 200)
      t.notMatch(body, /<script(?![^>]*src=)/)
      t.notMatch(body, /<style|style=/)
      t.notMatch(body.replaceAll('http://localhost:80', ''), /https?:/)
      t.notMatch(body, /%\w+%/, 'every place for words is filled')
    }
  })
}

t.test('sources: modules are followed, those of operators and of packages, too', async t => {
  const found = await loaded(await app(t, 'source'))
  for (const url of [
    '/records/task/task-page.js',
    '/operations/failed-events.js',
    '/vendor/preact.js',
    '/vendor/uplot.js',
  ])
    t.ok(found.has(url), url)
  t.ok(found.has('/vendor/uplot.css'))
})

t.test('a bundled page is one document, one style sheet that the first view waits for, and few scripts', async t => {
  const server = await app(t)
  for (const [url, word] of [
    ['/', '생활기록부'],
    ['/operations/', 'Conch'],
  ] as const) {
    const { body } = await get(server, url, { 'accept-language': 'ko' })
    t.match(body, word)
    const named = (pattern: RegExp) => Array.from(body.matchAll(pattern), ([, path]) => String(path))
    t.equal(named(/<link rel="stylesheet" href="([^"]+)" \/>/g).length, 1)
    t.equal(named(/<link rel="stylesheet" href="([^"]+)" media="not all" data-later \/>/g).length, 1)
    t.match(
      body,
      /<link rel="preload" href="\/assets\/words-[\w-]+\.woff2" as="font" type="font\/woff2" crossorigin \/>/,
    )
    const scripts = named(/<script [^>]*src="([^"]+)"/g)
    const preloaded = named(/<link rel="modulepreload" href="([^"]+)"/g)
    t.match(scripts, [/^\/assets\/early-/, /^\/assets\/(app|operations)-/])
    t.ok(preloaded.length <= 2, preloaded.join(' '))
    const { body: code } = await get(server, String(scripts[1]))
    const imported = Array.from(code.matchAll(/from"\.\/([^"]+)"/g), ([, name]) => `/assets/${name}`)
    t.same(imported.sort(), preloaded.sort(), 'what the script imports is asked for at once')
  }
  for (const url of ['/main.js', '/early.js'])
    t.equal((await get(server, url)).statusCode, 404, 'sources are not served')
})

t.test('the document has the first views in it, in the language of the visitor, and what they need', async t => {
  const server = await app(t)
  const korean = await get(server, '/', { 'accept-language': 'ko-KR,ko;q=0.9' })
  const english = await get(server, '/', { 'accept-language': 'de,ko;q=0.9' })
  t.match(korean.body, /^<!doctype html>\s*<html lang="ko"/)
  t.match(english.body, /^<!doctype html>\s*<html lang="en"/)
  t.match(
    korean.body,
    /data-view="start".*짧은 메모가 글이 돼요.*data-view="records".*무엇을 보셨나요\?.*data-view="other"/s,
  )
  t.match(english.body, /Short notes become text.*What did you observe\?/s)
  t.match(korean.body, '<textarea id="observations"', 'the form can be typed in')
  t.notMatch(korean.body, 'data-link', 'nothing is said of a connection or a browser that is not known yet')
  t.notMatch(korean.body, /<form(?![^>]*method="dialog")/, 'no form leads away')
  t.match(korean.headers, { vary: 'accept-encoding, accept-language, cookie', 'cache-control': 'no-cache' })
  t.not(korean.headers.etag, english.headers.etag)
  const [, facts = ''] = /data-facts="([^"]+)"/.exec(korean.body) ?? []
  t.same(JSON.parse(facts.replaceAll('&quot;', '"').replaceAll('&amp;', '&')), pageFacts)
})

t.test('the demo model is called one, a real model is not', async t => {
  const documentOf = async (demo: boolean) => {
    const facts = { ...pageFacts, model: { name: 'a "model" <b>', demo } }
    return (await get(await app(t, 'bundled', facts), '/', { 'accept-language': 'ko' })).body
  }
  t.match(await documentOf(true), /class="demo".*데모 모델.*진짜 AI가 아니라/)
  const real = await documentOf(false)
  t.notMatch(real, 'class="demo"')
  t.match(real, 'a &quot;model&quot; &lt;b>', 'with its name, whatever is in it')
})

t.test('a document says for other sites what it is, with addresses of the host that was asked', async t => {
  const server = await app(t)
  const { body } = await get(server, '/', { host: 'conch.example', 'accept-language': 'en' })
  t.match(body, '<meta property="og:image" content="http://conch.example/icons/share-en.png" />')
  t.match(body, '<meta property="og:title" content="Conch – short notes become text" />')
  t.match(body, /<meta name="theme-color" content="#\w+" media="\(prefers-color-scheme: dark\)" \/>/)
  for (const language of ['ko', 'en'])
    t.match((await get(server, `/icons/share-${language}.png`)).headers, { 'content-type': 'image/png' })
  const other = await get(server, '/', { host: 'a"b<c', 'accept-language': 'en' })
  t.notMatch(other.body, /a"b<c/)
})

t.test('what the pages say by themselves is in one file of the font, kept for ever', async t => {
  const server = await app(t)
  const { body } = await get(server, '/', { 'accept-language': 'ko' })
  const [, sheet = ''] = /<link rel="stylesheet" href="([^"]+)" \/>/.exec(body) ?? []
  const { body: css } = await get(server, sheet)
  const [, name, ranges = ''] = /url\("?\.\/(words-[\w-]+\.woff2)"?\).*?unicode-range:([^;}]+)/s.exec(css) ?? []
  const covered = (character: string) => {
    const code = character.codePointAt(0) ?? 0
    return ranges.split(',').some(range => {
      const [, from = '', to = from] = /U\+([\da-f]+)(?:-([\da-f]+))?/i.exec(range) ?? []
      return code >= Number.parseInt(from, 16) && code <= Number.parseInt(to, 16)
    })
  }
  const shown = body.replaceAll(/<[^>]+>/g, '').replaceAll(/\s/g, '')
  t.same(
    [...new Set(shown)].filter(character => !covered(character)),
    [],
  )
  const font = await get(server, `/assets/${name}`)
  t.match(font.headers, { 'content-type': 'font/woff2', 'cache-control': 'public, max-age=31536000, immutable' })
  t.equal(font.rawPayload.subarray(0, 4).toString(), 'wOF2')
  t.ok(font.rawPayload.length < 100_000, `${font.rawPayload.length} bytes`)
})

t.test('names do not depend on the folder in which the server was started', async t => {
  const bundle = JSON.stringify(new URL('../../../src/http/pages/bundle.ts', import.meta.url).href)
  const script = `const { assets } = await (await import(${bundle})).bundlePages({}); console.log(assets.map(({ path }) => path).sort().join())`
  const names = await Promise.all(
    ['/', tmpdir()].map(cwd =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd }),
    ),
  )
  t.match(names[0]?.stdout, /app-/)
  t.equal(names[0]?.stdout, names[1]?.stdout)
})

t.test('bundled files say what they are by their names, and are kept for ever', async t => {
  const server = await app(t)
  for (const url of (await loaded(server)).keys()) {
    if (!/^\/assets\/[^/]+\.(js|css)$/.test(url)) continue
    const first = await get(server, url)
    t.match(url, /-[A-Z0-9]{8}\.(js|css)$/)
    t.match(first.headers, { 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' }, url)
    const strong = String(first.headers.etag).replace(/^W\//, '')
    for (const tags of [first.headers.etag, strong, `"other", ${strong}`, '*'])
      t.match(await get(server, url, { 'if-none-match': tags }), { statusCode: 304, body: '' }, String(tags))
    t.match(await get(server, url, { 'if-none-match': '"other"' }), { statusCode: 200 })
    t.match(await server.inject({ method: 'HEAD', url }), { statusCode: 200, body: '' })
  }
})

t.test('they are compressed as the browser likes best, and come as they are without', async t => {
  const server = await app(t)
  const scripts = [...(await loaded(server)).keys()].filter(url => /^\/assets\/.*\.(js|css)$/.test(url))
  t.ok(scripts.length >= 4)
  for (const url of ['/', ...scripts]) {
    const plain = await get(server, url)
    t.equal(plain.headers['content-encoding'], undefined)
    for (const [accepted, encoding, decode] of [
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['gzip, deflate', 'gzip', gunzipSync],
      ['br;q=0, gzip', 'gzip', gunzipSync],
      ['identity', undefined, (body: Buffer) => body],
      ['compress', undefined, (body: Buffer) => body],
    ] as const) {
      const { headers, rawPayload } = await get(server, url, { 'accept-encoding': accepted })
      t.equal(headers['content-encoding'], encoding, `${url} ${accepted}`)
      t.match(headers.vary, /^accept-encoding(?=,|$)/)
      t.equal(String(decode(rawPayload)), plain.body, `${url} ${accepted}`)
      if (encoding) t.ok(rawPayload.length < plain.rawPayload.length)
    }
  }
})

t.test("operators may leave away the slash of their page's address", async t => {
  t.match(await get(await app(t), '/operations'), { statusCode: 302, headers: { location: '/operations/' } })
})

t.test('hooks and preact are one instance', async t => {
  const { body } = await get(await app(t, 'source'), '/vendor/preact-hooks.js')
  t.match(body, 'from"./preact.js"')
})

t.test('documents and sources are revalidated every time, what comes from packages after an hour', async t => {
  const [bundled, source] = [await app(t), await app(t, 'source')]
  for (const [server, url, cacheControl] of [
    [bundled, '/', 'no-cache'],
    [bundled, '/favicon.svg', 'no-cache'],
    [bundled, '/service-worker.js', 'no-cache'],
    [bundled, '/vendor/pretendard/pretendardvariable-dynamic-subset.css', 'public, max-age=3600'],
    [source, '/', 'no-cache'],
    [source, '/main.js', 'no-cache'],
    [source, '/service-worker.js', 'no-cache'],
    [source, '/vendor/preact.js', 'public, max-age=3600'],
  ] as const) {
    const first = await get(server, url)
    t.equal(first.headers['cache-control'], cacheControl, url)
    const second = await get(server, url, { 'if-none-match': first.headers.etag })
    t.equal(second.statusCode, 304, url)
    t.equal(second.body, '')
  }
})

for (const mode of modes)
  t.test(`nothing else of the packages or the project is served (${mode})`, async t => {
    const server = await app(t, mode)
    for (const url of [
      '/vendor/pretendard/pretendardvariable.css',
      '/vendor/pretendard/woff2/PretendardVariable.woff2',
      '/vendor/pretendard/woff2-dynamic-subset/../../../../package.json',
      '/vendor/pretendard/woff2-dynamic-subset/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json',
      '/vendor/preact/package.json',
      '/vendor/uplot/package.json',
      '/vendor.d.ts',
      '/../package.json',
      '/%2e%2e/package.json',
      '/nothing-here',
    ]) {
      const { statusCode } = await get(server, url)
      t.ok(statusCode === 404 || statusCode === 403, `${url}: ${statusCode}`)
    }
  })

t.test('the pages leave other paths and methods to the rest of the app', async t => {
  const server = await app(t)
  t.notOk(server.hasRoute({ method: 'GET', url: '/*' }))
  t.equal((await server.inject({ method: 'POST', url: '/' })).statusCode, 404)
})
