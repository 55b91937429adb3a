import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type PagesOptions, pages } from '../../../src/http/pages/pages.ts'

async function app(t: Test, mode: PagesOptions['pages'] = 'bundled'): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(pages, { pages: mode })
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
    if (/font|svg/.test(String(response.headers['content-type']))) continue
    const names = response.body.matchAll(/(?:\bfrom\s*|\bimport\s*|(?:src|href)=|\burl\()(['"]?)([./][^'")\s]*)\1/g)
    for (const [, , name] of names) {
      if (name !== '/docs') waiting.push(new URL(String(name), `http://page${url}`).pathname)
    }
  }
  return found
}

const types = { js: 'javascript', css: 'text/css', woff2: 'font/woff2', svg: 'image/svg', '': 'text/html' }

for (const mode of modes) {
  t.test(`everything the pages load is served, with the type browsers insist on (${mode})`, async t => {
    const found = await loaded(await app(t, mode))
    for (const [url, answer] of found) {
      const extension = (/\.(\w+)$/.exec(url)?.[1] ?? '') as keyof typeof types
      t.match(answer, /^200 /, url)
      t.ok(answer.includes(types[extension]), `${url}: ${answer}`)
    }
    t.ok([...found.keys()].filter(url => url.endsWith('.woff2')).length > 50, 'and the font')
  })

  t.test(
    `no module has a bare import, which the content security policy leaves no way to resolve (${mode})`,
    async t => {
      const server = await app(t, mode)
      for (const url of (await loaded(server)).keys()) {
        if (!url.endsWith('.js')) continue
        const { body } = await get(server, url)
        // Not the word in a string, or at the end of one.
        t.notMatch(body, /(?<![\w.'"])(?:from|import)\s*['"](?![./])/, url)
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
      t.notMatch(body, /https?:/)
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

t.test('a bundled page is one document, one style sheet and a few scripts', async t => {
  const server = await app(t)
  const found = [...(await loaded(server)).keys()]
  // Each page's own, and what it shares with the other page and with what is loaded later.
  t.ok(found.filter(url => url.endsWith('.js')).length <= 6, found.join(' '))
  t.equal(found.filter(url => url.endsWith('.css')).length, 2)
  t.notOk(found.includes('/main.js'))
  t.equal((await get(server, '/main.js')).statusCode, 404, 'its sources are not served')
  for (const [url, word] of [
    ['/', '생활기록부'],
    ['/operations/', 'Conch'],
  ] as const) {
    const { body } = await get(server, url)
    t.match(body, word)
    const [, script] = /<script type="module" src="(\/assets\/[^"]+)">/.exec(body) ?? []
    const { body: code } = await get(server, String(script))
    for (const [, imported] of code.matchAll(/from"\.\/([^"]+)"/g))
      t.match(
        body,
        `<link rel="modulepreload" href="/assets/${imported}" />`,
        'what the script imports is asked for at once',
      )
  }
})

t.test('names do not depend on the folder in which the server was started', async t => {
  const bundle = JSON.stringify(new URL('../../../src/http/pages/bundle.ts', import.meta.url).href)
  const script = `const { assets } = await (await import(${bundle})).bundlePages(); console.log(assets.map(({ path }) => path).sort().join())`
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
    if (!url.startsWith('/assets/')) continue
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
      t.equal(headers.vary, 'accept-encoding')
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
