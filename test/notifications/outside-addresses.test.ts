import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { request } from 'undici'
import { guardedAgent } from '../../src/notifications/guarded-agent.ts'
import { outsideUrl } from '../../src/notifications/public-address.ts'

const notPublic = [
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0177.0.0.1/',
  'https://0x7f.1/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::1]/',
  'https://[::]/',
  'https://[fe80::1]/',
  'https://[fd00::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[64:ff9b::a00:1]/',
  'https://[2002:a00:1::]/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://x.localhost/',
  'https://printer/',
  'https://metadata.google.internal/',
]

t.test('only https to public addresses is allowed', async t => {
  const guard = { allowPrivate: false }
  for (const url of [
    ...notPublic,
    'http://example.com/',
    'ftp://example.com/',
    'https://me:pw@example.com/',
    'nonsense',
    '',
  ])
    t.equal(outsideUrl(url, guard), undefined, url)
  for (const url of ['https://example.com/hook?x=1', 'https://8.8.8.8/', 'https://[2606:4700::1111]:8443/'])
    t.equal(outsideUrl(url, guard)?.href, url)
})

t.test('where private addresses are allowed, so is http, and nothing else', async t => {
  const guard = { allowPrivate: true }
  for (const url of ['http://127.0.0.1:3000/', 'https://printer/']) t.equal(outsideUrl(url, guard)?.href, url)
  for (const url of ['ftp://127.0.0.1/', 'http://me:pw@127.0.0.1/']) t.equal(outsideUrl(url, guard), undefined)
})

t.test('the address of a name is checked when the connection is made', async t => {
  const server = createServer((_request, response) => response.end('reached')).listen(0)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const guarded = guardedAgent({ allowPrivate: false })
  const open = guardedAgent({ allowPrivate: true })
  t.teardown(() => Promise.all([guarded.close(), open.close()]))
  for (const host of ['localhost', '127.0.0.1', '[::1]', '2130706433']) {
    const url = `http://${host}:${port}/`
    await t.rejects(request(url, { dispatcher: guarded }), { code: 'PRIVATE_ADDRESS' }, host)
  }
  const answer = await request(`http://localhost:${port}/`, { dispatcher: open })
  t.equal(await answer.body.text(), 'reached')
})
