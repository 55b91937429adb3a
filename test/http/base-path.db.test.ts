import t from 'tap'
import { startConch } from '../support/conch.ts'
import { startPathProxy } from '../support/path-proxy.ts'
import { Visitor } from '../support/visitor.ts'

const path = '/conch'
const quick = { DEMO_TOKENS_PER_SECOND: '1000000' }
const plain = await startConch(t, quick)
const below = await startConch(t, { ...quick, BASE_PATH: path, TRUST_PROXY: 'true' })

const ways: Record<string, { url: string; basePath: string }> = {
  'without a path': { url: plain.url, basePath: '' },
  'below a path, directly': { url: below.url, basePath: path },
  'through a proxy that keeps it': {
    url: await startPathProxy(t, { path, server: below.url, form: 'keeps' }),
    basePath: path,
  },
  'through a proxy that strips it': {
    url: await startPathProxy(t, { path, server: below.url, form: 'strips' }),
    basePath: path,
  },
}

/** Every text in an answer that is an address of this server: none may lack the path. */
function addresses(value: unknown): string[] {
  if (typeof value === 'string') return /^\/(?!\/)/.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(addresses)
}

/** An answer that is read: one that is not keeps its connection open. */
async function got(address: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init)
  await response.arrayBuffer()
  return response
}

const record = { category: 'subject', observations: '발표함.', versions: 1 }

for (const [way, { url, basePath }] of Object.entries(ways))
  t.test(
    `${way}: tasks, streams, lists, notifications and pages are reached by the addresses that answers give`,
    async t => {
      const visitor = new Visitor(url)
      const all = (value: unknown) => {
        const found = addresses(value)
        for (const address of found) t.ok(address.startsWith(`${basePath}/`), address)
        return found
      }

      const created = await visitor.json<Record<'taskId' | 'streamUrl', string>>(
        'POST',
        `${basePath}/api/records`,
        record,
      )
      const { taskId, streamUrl } = created.body
      t.equal(created.status, 202)
      t.equal(created.headers.get('location'), `${basePath}/api/tasks/${taskId}`)
      t.equal(streamUrl, `${basePath}/api/tasks/${taskId}/events`)
      t.ok(all(created.body).length >= 4)

      const watcher = await visitor.watch(streamUrl)
      await watcher.ended
      t.equal(watcher.transcript.chunks.at(-1)?.type, 'finish')
      const streamed = await visitor.fetch(`${basePath}/api/records`, {
        method: 'POST',
        headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
        body: JSON.stringify(record),
      })
      t.match(streamed.headers.get('location'), new RegExp(`^${basePath}/api/tasks/`))
      await streamed.body?.cancel()

      const task = await visitor.json('GET', String(created.headers.get('location')))
      t.equal(task.status, 200)
      t.ok(all(task.body).length >= 3)
      const first = await visitor.json<{ nextCursor: string }>('GET', `${basePath}/api/tasks?limit=1`)
      all(first.body)
      const second = await visitor.json('GET', `${basePath}/api/tasks?limit=1&cursor=${first.body.nextCursor}`)
      t.equal(second.status, 200)

      const conversation = await visitor.json<{ id: string }>('POST', `${basePath}/api/conversations`, {})
      t.equal(conversation.headers.get('location'), `${basePath}/api/conversations/${conversation.body.id}`)
      const library = await visitor.json('GET', `${basePath}/api/library`)
      t.ok(all(library.body).length >= 1, 'the library links to what it lists')

      const events = await visitor.watch(`${basePath}/api/me/events`)
      await visitor.submit(`${basePath}/api/quizzes`, { topic: '광합성', questionCount: 1 })
      await events.until(() => events.raw.includes('"data-notification"'))
      events.leave()
      const [, told = ''] = /^data: (.*"data-notification".*)$/m.exec(events.raw) ?? []
      t.ok(all(JSON.parse(told)).length === 1, 'the page that a notification leads to')
      const { body: notices } = await visitor.json('GET', `${basePath}/api/notifications`)
      t.ok(all(notices).length >= 1)
    },
  )

for (const [way, { url, basePath }] of Object.entries(ways))
  t.test(`${way}: the page and all that it names are below the path, and the cookie is for no other`, async t => {
    const page = await fetch(`${url}${basePath}/`)
    const html = await page.text()
    const named = Array.from(html.matchAll(/ (?:href|src)="(\/[^"]*)"/g), ([, address]) => String(address))
    t.ok(named.length >= 10)
    for (const address of new Set(named)) {
      t.ok(address.startsWith(`${basePath}/`), address)
      t.equal((await got(url + address)).status, 200, address)
    }
    t.match(page.headers.getSetCookie(), [new RegExp(`^conch_owner=.*; Path=${basePath}/;`)])
    const secure = await got(`${url}${basePath}/`, { headers: { 'x-forwarded-proto': 'https' } })
    const name = basePath === '' ? 'conch_owner' : '__Secure-conch_owner'
    t.match(secure.headers.getSetCookie(), [new RegExp(`^${name}=.*; Path=${basePath}/;.*${basePath && 'Secure'}`)])

    const manifest = await (await fetch(`${url}${basePath}/manifest.webmanifest`)).json()
    t.match(manifest, { start_url: './', scope: './' })
    const description = await (await fetch(`${url}${basePath}/docs/json`)).json()
    t.same(description.servers, [{ url: basePath || '/' }])
    const docs = await (await fetch(`${url}${basePath}/docs`)).text()
    for (const [, address = ''] of docs.matchAll(/(?:src|href)="([^"]+)"/g))
      t.equal((await got(new URL(address, `${url}${basePath}/docs`))).status, 200, address)

    const operations = await got(`${url}${basePath}/operations`, { redirect: 'manual' })
    t.equal(operations.headers.get('location'), `${basePath}/operations/`)
    const refused = await fetch(`${url}${basePath}/api/nothing`)
    t.match(await refused.json(), { status: 404, code: 'not-found' })
    if (basePath === '') return
    const bare = await got(url + basePath, { redirect: 'manual' })
    t.ok([301, 302].includes(bare.status))
    t.equal(bare.headers.get('location'), `${basePath}/`)
  })

t.test('a refusal that names a task has addresses below the path, too', async t => {
  const visitor = below.visitor()
  const quiz = await visitor.submit(`${path}/api/quizzes`, { topic: '광합성', questionCount: 10 })
  const { status, body } = await visitor.json('POST', `${path}/api/quizzes/${quiz}/attempts`, { answers: [0] })
  if (status === 409) for (const address of addresses(body)) t.ok(address.startsWith(`${path}/`), address)
  else t.comment('the quiz was ready before it was asked for')
  t.ok(status >= 400)
})

t.test('who had the host for itself keeps what a visitor has when it moves below a path', async t => {
  const secret = 'a-secret-of-forty-characters-for-this-test'
  const before = await startConch(t, { COOKIE_SECRET: secret, TRUST_PROXY: 'true' })
  const https = { 'x-forwarded-proto': 'https' }
  const [cookie = ''] = (await fetch(`${before.url}/`, { headers: https })).headers.getSetCookie()
  t.match(cookie, /^__Host-conch_owner=.*; Path=\/;/)
  const { dataDir, close } = before
  await close()
  const after = await startConch(t, { COOKIE_SECRET: secret, TRUST_PROXY: 'true', DATA_DIR: dataDir, BASE_PATH: path })
  const [kept = ''] = (
    await fetch(`${after.url}${path}/`, { headers: { ...https, cookie: cookie.split(';')[0] ?? '' } })
  ).headers.getSetCookie()
  const owner = (text: string) => decodeURIComponent(text.split('=')[1]?.split(';')[0] ?? '')
  t.equal(owner(kept), owner(cookie))
})
