import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { docs } from '../../src/http/docs.ts'
import { securityHeaders } from '../../src/http/security-headers.ts'
import { EventReplies, eventReplies } from '../../src/tasks/http/event-reply.ts'
import { launchBrowser } from '../support/browser.ts'

async function appFor(t: Test) {
  const app = Fastify({ forceCloseConnections: true })
  t.teardown(() => app.close())
  await app.register(securityHeaders)
  await app.register(eventReplies)
  await app.register(docs, { version: '1.0.0' })
  app.get('/', (_request, reply) =>
    reply.type('text/html').send(`<!doctype html><link rel="stylesheet" href="/page.css"><body>
      <script>document.title = 'inline'</script>
      <script type="module" src="/page.js"></script>
      <p style="color: red" onclick="document.title = 'attribute'">click</p>`),
  )
  app.get('/page.css', (_request, reply) => reply.type('text/css').send('p { color: rgb(0, 0, 255) }'))
  app.get('/page.js', (_request, reply) =>
    reply.type('text/javascript').send(`
      import { name } from '/module.js'
      document.querySelector('p').textContent = await (await fetch('/text')).text() + name
    `),
  )
  app.get('/module.js', (_request, reply) => reply.type('text/javascript').send('export const name = "Conch"'))
  app.get('/text', async () => 'Hello, ')
  app.get('/events', async (_request, reply) => new EventReplies().breakOff(reply))
  return app
}

/** A page of the app in a browser, and the directives of the policy that it broke. */
async function opened(t: Test, path: string) {
  const app = await appFor(t)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const browser = await launchBrowser(t)
  const page = await browser.newPage()
  const violations: string[] = []
  await page.exposeFunction('violated', (directive: string) => violations.push(directive))
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', event => violated(event.effectiveDirective))
  `)
  await page.goto(address + path)
  return { page, violations }
}

t.test('every response has the security headers', async t => {
  const app = await appFor(t)
  for (const url of ['/', '/text', '/docs', '/nothing']) {
    const { headers } = await app.inject(url)
    t.match(headers, {
      'content-security-policy': /default-src 'self'.*frame-ancestors 'none'/,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    })
    t.notMatch(String(headers['content-security-policy']), /unsafe|https?:|\*/)
  }
})

t.test('an event stream has them as well', async t => {
  const app = await appFor(t)
  const { headers } = await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/events`)
  const found = Object.fromEntries(headers)
  const { headers: others } = await app.inject('/text')
  t.equal(found['content-security-policy'], others['content-security-policy'])
  t.match(found, { 'x-content-type-options': 'nosniff', 'content-type': /^text\/event-stream/ })
})

t.test('nothing forces https, so that plain http works on localhost and in a local network', async t => {
  const { headers } = await (await appFor(t)).inject('/')
  t.equal(headers['strict-transport-security'], undefined)
  t.notMatch(headers['content-security-policy'], /upgrade-insecure-requests/)
})

t.test('a page runs its modules and uses its styles, and nothing inline', async t => {
  const { page, violations } = await opened(t, '/')
  await page.getByText('Hello, Conch').click()
  t.equal(await page.title(), '')
  t.equal(await page.evaluate("getComputedStyle(document.querySelector('p')).color"), 'rgb(0, 0, 255)')
  // The browser reports what the click caused a moment later.
  while (!violations.includes('script-src-attr')) await page.evaluate('0')
  t.same(violations.sort(), ['script-src-attr', 'script-src-elem', 'style-src-attr'])
})

t.test("the API's documentation works under the same policy", async t => {
  const { page, violations } = await opened(t, '/docs')
  const operation = page.locator('.opblock', { hasText: '/text' }).first()
  await operation.click()
  await operation.getByRole('button', { name: 'Execute' }).click()
  await page.getByText('Hello, ').first().waitFor()
  // Its logo keeps its colours in a style element, and goes without them.
  t.same(violations, ['style-src-elem'])
})
