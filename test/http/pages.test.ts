import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { pages } from '../../src/http/pages.ts'

async function app(t: Test): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(pages)
  return app
}

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

t.test('everything the page loads is served, with the type browsers insist on', async t => {
  const found = await loaded(await app(t))
  const types = { js: 'javascript', css: 'text/css', woff2: 'font/woff2', svg: 'image/svg', '': 'text/html' }
  for (const [url, answer] of found) {
    const extension = (/\.(\w+)$/.exec(url)?.[1] ?? '') as keyof typeof types
    t.match(answer, /^200 /, url)
    t.ok(answer.includes(types[extension]), `${url}: ${answer}`)
  }
  t.ok(found.has('/records/task/task-page.js'), 'modules are followed')
  t.ok(found.has('/operations/failed-events.js'), 'those of operators, too')
  t.ok(found.has('/vendor/preact.js'), 'vendored ones too')
  t.ok(found.has('/vendor/uplot.js') && found.has('/vendor/uplot.css'), 'charts, too')
  t.ok([...found.keys()].filter(url => url.endsWith('.woff2')).length > 50, 'and the font')
})

t.test('no module has a bare import, which could not be resolved under the content security policy', async t => {
  const server = await app(t)
  for (const url of (await loaded(server)).keys()) {
    if (!url.endsWith('.js')) continue
    const { body } = await get(server, url)
    // Not the word inside a string, or at the end of one.
    t.notMatch(body, /(?<![\w.'"])(?:from|import)\s*['"](?![./])/, url)
  }
})

t.test("operators may leave out the slash of their page's address", async t => {
  t.match(await get(await app(t), '/operations'), { statusCode: 302, headers: { location: '/operations/' } })
})

t.test('the documents hold no inline script or style and name no other host', async t => {
  const server = await app(t)
  for (const url of ['/', '/operations/']) {
    const { body } = await get(server, url)
    t.notMatch(body, /<script(?![^>]*src=)/)
    t.notMatch(body, /<style|style=/)
    t.notMatch(body, /https?:/)
  }
})

t.test('hooks and preact are one instance', async t => {
  const { body } = await get(await app(t), '/vendor/preact-hooks.js')
  t.match(body, 'from"./preact.js"')
})

t.test('our own files are revalidated every time, vendored ones after an hour', async t => {
  const server = await app(t)
  for (const [url, cacheControl] of [
    ['/', 'no-cache'],
    ['/main.js', 'no-cache'],
    ['/vendor/preact.js', 'public, max-age=3600'],
    ['/vendor/pretendard/pretendardvariable-dynamic-subset.css', 'public, max-age=3600'],
  ] as const) {
    const first = await get(server, url)
    t.equal(first.headers['cache-control'], cacheControl, url)
    const second = await get(server, url, { 'if-none-match': first.headers.etag })
    t.equal(second.statusCode, 304, url)
    t.equal(second.body, '')
  }
})

t.test('nothing else of the packages or the project is served', async t => {
  const server = await app(t)
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
