import { createECDH, randomBytes } from 'node:crypto'
import t from 'tap'
import { isPublicAddress, outsideUrl } from '../../src/notifications/public-address.ts'
import { mobileNumber } from '../../src/notifications/solapi/number.ts'
import { startConch } from '../support/conch.ts'
import { status } from '../support/receiver.ts'
import { solapiAccount, startSolapi } from '../support/solapi.ts'

const api = await startSolapi(t)
const settings = {
  WEB_PUSH_CONTACT: 'mailto:operator@example.org',
  WEBHOOKS: 'true',
  SOLAPI_BASE_URL: api.url,
  SOLAPI_API_KEY: solapiAccount.apiKey,
  SOLAPI_API_SECRET: solapiAccount.apiSecret,
  SOLAPI_SENDER: solapiAccount.sender,
}
const conch = await startConch(t, settings)
t.beforeEach(() => {
  api.received.length = 0
  api.answer()
})

const codeSent = () => /\d{6}/.exec(String(api.messages().at(-1)?.text))?.[0] ?? ''
const put = (number: string) => ({ number, language: 'en' })

t.test('a number is verified by the code sent there, and shown masked', async t => {
  const owner = conch.visitor()
  t.match((await owner.json('GET', '/api/phone-number')).body, { offered: true, phone: null })
  const masked = { number: '010-****-5678' }
  t.match(await owner.json('PUT', '/api/phone-number', put('+82 10-1234-5678')), {
    status: 202,
    body: { phone: { ...masked, verified: false } },
  })
  t.match(api.messages(), [{ to: '01012345678', text: /^\[Conch\] Code \d{6} / }])
  const verified = await owner.json('POST', '/api/phone-number/verification', { code: codeSent() })
  t.match(verified, { status: 200, body: { phone: { ...masked, verified: true } } })
  const again = await owner.json('POST', '/api/phone-number/verification', { code: codeSent() })
  t.match(again, { status: 409, body: { code: 'no-code-awaited' } }, 'a code works once')
  t.match(await owner.json('PUT', '/api/phone-number', put('010 1234 5678')), { status: 200 })
  t.equal(api.messages().length, 1, 'no code for a number that is verified')
  t.match((await conch.visitor().json('GET', '/api/phone-number')).body, { phone: null })
  t.equal((await owner.json('DELETE', '/api/phone-number')).status, 204)
  t.match((await owner.json('GET', '/api/phone-number')).body, { phone: null })
})

t.test('a code has five tries, concurrent ones included', async t => {
  const owner = conch.visitor()
  await owner.json('PUT', '/api/phone-number', put('01022220000'))
  const right = codeSent()
  const wrong = { code: right === '000000' ? '000001' : '000000' }
  const tries = await Promise.all(
    Array.from({ length: 8 }, () => owner.json('POST', '/api/phone-number/verification', wrong)),
  )
  t.same(tries.map(({ status }) => status).sort(), [409, 409, 409, 422, 422, 422, 422, 422])
  t.equal((await owner.json('POST', '/api/phone-number/verification', { code: right })).status, 409)
})

t.test('codes are limited by owner and by number, also when the number is removed in between', async t => {
  const owner = conch.visitor()
  for (let n = 0; n < 5; n++) {
    t.equal((await owner.json('PUT', '/api/phone-number', put(`0103333000${n}`))).status, 202)
    await owner.json('DELETE', '/api/phone-number')
  }
  const refused = await owner.json('PUT', '/api/phone-number', put('01033330009'))
  t.match(refused, { status: 429, body: { code: 'too-many-codes' } })
  t.ok(Number(refused.headers.get('retry-after')) > 3000)
  for (let n = 0; n < 5; n++) await conch.visitor().json('PUT', '/api/phone-number', put('01044440000'))
  t.equal((await conch.visitor().json('PUT', '/api/phone-number', put('01044440000'))).status, 429)
  t.equal(api.messages().length, 10)
})

t.test('all owners together have a limit of codes an hour: each costs money', async t => {
  const few = await startConch(t, { ...settings, SOLAPI_CODES_PER_HOUR: '2' })
  for (const n of [1, 2])
    t.equal((await few.visitor().json('PUT', '/api/phone-number', put(`0107777000${n}`))).status, 202)
  const refused = await few.visitor().json('PUT', '/api/phone-number', put('01077770003'))
  t.match(refused, { status: 429, body: { code: 'too-many-codes' } })
  t.ok(Number(refused.headers.get('retry-after')) > 3000)
})

t.test('a code that could not be sent is reported', async t => {
  api.answer(status(500))
  const answer = await conch.visitor().json('PUT', '/api/phone-number', put('01055550000'))
  t.match(answer, { status: 502, body: { code: 'code-not-sent' } })
})

t.test('only Korean mobile numbers are accepted', async t => {
  t.equal(mobileNumber('+82 (0)10.1234.5678'), '01012345678')
  for (const number of ['02-123-4567', '010-123-456', '+1 202 555 0100', '060-1234-5678', '０１０１２３４５６７８'])
    t.equal(mobileNumber(number), undefined, number)
  const refused = await conch.visitor().json('PUT', '/api/phone-number', put('02-123-4567'))
  t.match(refused, { status: 422, body: { code: 'not-a-mobile-number' } })
  t.equal(api.received.length, 0)
})

t.test('a webhook has a secret, shown when it is made or replaced', async t => {
  const owner = conch.visitor()
  const made = await owner.json<{ secret: string }>('PUT', '/api/webhook', { url: 'https://hooks.invalid/hook' })
  t.match(made, { status: 201, body: { secret: /^whsec_/ } })
  t.notOk('secret' in (await owner.json('PUT', '/api/webhook', { url: 'https://hooks.invalid/b' })).body)
  t.match((await owner.json('GET', '/api/webhook')).body, { webhook: { url: 'https://hooks.invalid/b' } })
  const rotated = await owner.json<{ secret: string }>('POST', '/api/webhook/secret')
  t.match(rotated.body.secret, /^whsec_/)
  t.not(rotated.body.secret, made.body.secret)
  const other = conch.visitor()
  t.equal((await other.json('DELETE', '/api/webhook')).status, 404)
  t.equal((await owner.json('DELETE', '/api/webhook')).status, 204)
  t.match((await owner.json('GET', '/api/webhook')).body, { webhook: null })
})

t.test('addresses that are not on the public internet are refused', async t => {
  const bad = ['http://example.org', 'https://127.1/', 'https://0x7f000001/', 'https://017700000001/', 'https://[::1]/']
  bad.push(
    'https://localhost/',
    'https://a.internal/',
    'https://u:p@example.org/',
    'https://[::ffff:10.0.0.1]/',
    'ftp://a.b',
    'x',
  )
  for (const url of bad) t.equal((await conch.visitor().json('PUT', '/api/webhook', { url })).status, 422, url)
  for (const address of [
    '10.1.2.3',
    '100.100.100.200',
    '169.254.169.254',
    '224.0.0.1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    'fd00::1',
  ])
    t.notOk(isPublicAddress(address), address)
  for (const address of ['8.8.8.8', '2001:4860:4860::8888']) t.ok(isPublicAddress(address), address)
  t.ok(outsideUrl('http://127.0.0.1/', { allowPrivate: true }))
})

t.test('browsers subscribe, once each, at most twenty; no owner sees those of others', async t => {
  const owner = conch.visitor()
  t.match((await owner.json('GET', '/api/push-subscriptions/key')).body, { publicKey: /^[\w-]{87}$/ })
  const ecdh = createECDH('prime256v1')
  const keys = { p256dh: ecdh.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') }
  const subscribe = (n: number, visitor = owner) =>
    visitor.json<{ id: string }>('POST', '/api/push-subscriptions', { endpoint: `https://push.example.org/${n}`, keys })
  const first = await subscribe(0)
  t.equal(first.status, 201)
  t.match(await subscribe(0), { status: 200, body: first.body })
  const rest = await Promise.all(Array.from({ length: 20 }, (_, n) => subscribe(n + 1)))
  t.same(rest.map(({ status }) => status).sort(), [...Array(19).fill(201), 409])
  const list = await owner.json<{ items: object[] }>('GET', '/api/push-subscriptions')
  t.equal(list.body.items.length, 20)
  t.notMatch(JSON.stringify(list.body), /example|p256dh|auth/)

  const other = conch.visitor()
  t.equal((await other.json('DELETE', `/api/push-subscriptions/${first.body.id}`)).status, 404)
  t.equal((await other.json('DELETE', '/api/push-subscriptions/x')).status, 404)
  t.match(await subscribe(0, other), { status: 201, body: first.body }, 'the browser now belongs to the other owner')
  t.equal((await owner.json('DELETE', `/api/push-subscriptions/${first.body.id}`)).status, 404)
  t.equal((await other.json('DELETE', `/api/push-subscriptions/${first.body.id}`)).status, 204)

  const endpoint = 'https://push.example.org/bad'
  for (const p256dh of [`B${'A'.repeat(86)}`, 'AAAA'])
    t.equal((await other.json('POST', '/api/push-subscriptions', { endpoint, keys: { ...keys, p256dh } })).status, 422)
  const inside = { endpoint: 'https://192.168.0.1/', keys }
  t.equal((await other.json('POST', '/api/push-subscriptions', inside)).status, 422)
  t.match((await other.json('GET', '/api/push-subscriptions')).body, { items: [] })
})

t.test('the service worker is served for the whole site', async t => {
  const worker = await conch.visitor().fetch('/service-worker.js')
  t.match(worker.headers.get('content-type'), /javascript/)
  t.equal(worker.status, 200)
})
