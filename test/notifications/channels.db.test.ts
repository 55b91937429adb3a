import { createECDH, randomBytes } from 'node:crypto'
import { SolapiMessageService } from 'solapi'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { Agent } from 'undici'
import { Cipher } from '../../src/db/encrypted.ts'
import { EndpointGate } from '../../src/notifications/endpoint-gate.ts'
import { guardedAgent } from '../../src/notifications/guarded-agent.ts'
import { alimtalkChannel, smsChannel } from '../../src/notifications/solapi/channels.ts'
import { solapi as solapiClient } from '../../src/notifications/solapi/client.ts'
import { PhoneStore } from '../../src/notifications/solapi/phone-store.ts'
import { webPushChannel } from '../../src/notifications/web-push/channel.ts'
import { PushStore } from '../../src/notifications/web-push/store.ts'
import { vapidKeys } from '../../src/notifications/web-push/vapid.ts'
import { webhookChannel } from '../../src/notifications/webhook/channel.ts'
import { WebhookStore } from '../../src/notifications/webhook/store.ts'
import { openDatabase } from '../support/open-database.ts'
import { startReceiver, status } from '../support/receiver.ts'
import { isSigned, notTaken, solapiAccount, startSolapi } from '../support/solapi.ts'
import { channelContract, notificationFor } from './channel-contract.ts'

const database = await openDatabase(t)
const { queries } = database
const cipher = new Cipher([{ id: 'test', key: randomBytes(32) }])
const agent = guardedAgent({ allowPrivate: true })
const guarded = guardedAgent({ allowPrivate: false })
const direct = new Agent()
t.teardown(() => Promise.all([agent.destroy(), guarded.destroy(), direct.destroy()]))

const number = '01012345678'
const phones = new PhoneStore(database, cipher, 1000)
const api = await startSolapi(t)
const client = solapiClient({ ...solapiAccount, baseUrl: api.url, codesPerHour: 1000 }, direct)

async function verifiedPhone(ownerId: string): Promise<string[]> {
  // Numbers are limited, too.
  const own = `010${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`
  const begun = await phones.begin(ownerId, own, 'ko')
  if (begun.kind !== 'code') throw new Error(begun.kind)
  await phones.verify(ownerId, begun.code)
  return [own, solapiAccount.apiSecret, solapiAccount.apiKey, 'signature=']
}
const forgetPhone = async (ownerId: string) => void (await phones.remove(queries, ownerId))

t.test('sms', async t => {
  channelContract(t, {
    channel: smsChannel({ queries, phones, solapi: client }),
    queries,
    receiver: api,
    configure: verifiedPhone,
    forget: forgetPhone,
    endedBy: [],
    async check(t, request, notification) {
      t.ok(isSigned(request))
      t.match(api.messages(), [
        {
          to: /^010\d{8}$/,
          from: solapiAccount.sender,
          text: '[Conch] 퀴즈가 준비되었습니다\n이제 풀 수 있습니다.',
          customFields: { notificationId: notification.id },
        },
      ])
    },
  })
})

t.test('alimtalk', async t => {
  channelContract(t, {
    channel: alimtalkChannel({ queries, phones, solapi: client }, { pfId: 'PF1', templateId: 'T1' }),
    queries,
    receiver: api,
    configure: verifiedPhone,
    forget: forgetPhone,
    endedBy: [],
    async check(t, request) {
      t.ok(isSigned(request))
      const variables = { '#{title}': '퀴즈가 준비되었습니다', '#{body}': '이제 풀 수 있습니다.' }
      t.match(api.messages(), [
        { type: 'ATA', kakaoOptions: { pfId: 'PF1', templateId: 'T1', variables, disableSms: true } },
      ])
    },
  })
})

t.test('a message that SOLAPI refuses is given up', async t => {
  api.answer((_, response) => void response.end(notTaken))
  const never = new AbortController().signal
  await t.rejects(client.send('sms', { to: number, text: 'a' }, never), { name: 'PermanentFault' })
  api.answer()
})

t.test('the stand-in for SOLAPI accepts what its SDK sends', async t => {
  const real = globalThis.fetch
  t.teardown(() => {
    globalThis.fetch = real
  })
  globalThis.fetch = (url, init) => real(String(url).replace('https://api.solapi.com', api.url), init)
  const sdk = new SolapiMessageService(solapiAccount.apiKey, solapiAccount.apiSecret)
  await sdk.send({ to: number, from: solapiAccount.sender, text: 'a' })
  const wrong = new SolapiMessageService(solapiAccount.apiKey, 'another secret')
  await t.rejects(wrong.send({ to: number, from: solapiAccount.sender, text: 'a' }))
})

t.test('web push', async t => {
  const receiver = await startReceiver(t, status(201))
  const gate = new EndpointGate()
  const store = new PushStore(database, cipher)
  const browser = createECDH('prime256v1')
  browser.generateKeys()
  const auth = randomBytes(16)
  const keys = () => vapidKeys(queries, cipher)
  channelContract(t, {
    channel: webPushChannel({
      queries,
      store,
      agent,
      gate,
      keys,
      contact: 'mailto:operator@example.org',
      basePath: '',
    }),
    queries,
    receiver,
    async configure(ownerId) {
      const path = randomBytes(16).toString('hex')
      const subscription = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') }
      await store.add(ownerId, { endpoint: `${receiver.url}/${path}`, keys: subscription, language: 'en' })
      return [path, subscription.auth, subscription.p256dh]
    },
    async forget(ownerId) {
      for (const { id } of await store.list(queries, ownerId)) await store.remove(queries, id, ownerId)
    },
    endedBy: [404, 410],
    async check(t, { headers, body }, notification) {
      const { publicKey } = await keys()
      const [, jwt = '', key] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization ?? '') ?? []
      t.equal(key, publicKey)
      t.match(JSON.parse(String(Buffer.from(jwt.split('.')[1] ?? '', 'base64url'))), { aud: receiver.url })
      t.match(headers, { ttl: '86400', topic: /^[\w-]{22}$/, 'content-encoding': 'aes128gcm' })
      t.same(JSON.parse(await decrypted(body, browser.getPrivateKey(), browser.getPublicKey(), auth)), {
        id: notification.id,
        title: 'Your quiz is ready',
        body: 'You can take it now.',
        path: `/#quiz=${notification.taskId}`,
      })
    },
  })

  t.test('two servers that start at once have the same keys', async t => {
    const fresh = await openDatabase(t)
    const both = await Promise.all([vapidKeys(fresh.queries, cipher), vapidKeys(fresh.queries, cipher)])
    t.same(both[0], both[1])
    t.same(await vapidKeys(fresh.queries, cipher), both[0])
  })
})

t.test('webhook', async t => {
  const receiver = await startReceiver(t, status(204))
  const gate = new EndpointGate()
  const store = new WebhookStore(cipher)
  const configure = async (ownerId: string, url = `${receiver.url}/hook/${ownerId}`) => {
    const { secret = '', ask } = await store.put(queries, ownerId, url)
    if (ask) await store.verified(queries, ask)
    return [secret, '/hook']
  }
  channelContract(t, {
    channel: webhookChannel({ queries, store, agent, gate }),
    queries,
    receiver,
    configure,
    forget: async ownerId => void (await store.remove(queries, ownerId)),
    endedBy: [410],
    async check(t, { headers, body }, notification) {
      const secret = (await store.find(queries, notification.ownerId))?.secret ?? ''
      const { id, kind, taskId, taskKind, createdAt } = notification
      t.same(new Webhook(secret).verify(body, headers as Record<string, string>), {
        type: kind,
        timestamp: createdAt.toISOString(),
        data: { taskId, taskKind },
      })
      t.equal(headers['webhook-id'], id)
    },
  })

  t.test('a notification never goes to a private address, by name or number', async t => {
    const channel = webhookChannel({ queries, store, agent: guarded, gate })
    const port = new URL(receiver.url).port
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]', '169.254.169.254']) {
      const notification = notificationFor(notificationFor('').id)
      await configure(notification.ownerId, new URL(`http://${host}:${port}/`).href)
      const sent = channel.send(notification, notification.ownerId, new AbortController().signal)
      await t.rejects(sent, { name: 'PermanentFault', code: 'PRIVATE_ADDRESS' }, host)
    }
  })
})

/** As a browser does it (RFC 8188, RFC 8291), with one record. */
async function decrypted(body: Buffer, privateKey: Buffer, publicKey: Buffer, auth: Buffer): Promise<string> {
  const { createDecipheriv, hkdfSync } = await import('node:crypto')
  const salt = body.subarray(0, 16)
  const end = 21 + (body[20] ?? 0)
  const sender = body.subarray(21, end)
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(privateKey)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender])
  const ikm = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
  const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16))
  const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12))
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(body.subarray(-16))
  const padded = Buffer.concat([decipher.update(body.subarray(end, -16)), decipher.final()])
  return padded.toString('utf8', 0, padded.lastIndexOf(2))
}
