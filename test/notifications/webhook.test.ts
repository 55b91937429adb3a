import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { Cipher } from '../../src/db/encrypted.ts'
import { guardedAgent } from '../../src/notifications/guarded-agent.ts'
import { webhookChannel } from '../../src/notifications/webhook/channel.ts'
import { WebhookStore } from '../../src/notifications/webhook/store.ts'
import { startConch } from '../support/conch.ts'
import { openDatabase } from '../support/open-database.ts'
import { channelContract, notificationFor } from './channel-contract.ts'

const answers = { ok: 204, transient: 503, permanent: 400 }

channelContract(t, 'webhook', async t => {
  const { store, channel, hook, queries, owner, webhook, received } = await begin(t)
  return {
    channel,
    queries,
    owner,
    received,
    targetId: webhook.id,
    answer: how => hook.answer(how === 'hang' ? () => {} : response => response.writeHead(answers[how]).end()),
    removeTarget: () => store.remove(queries, webhook.id),
    secrets: [webhook.secret, hook.url, new URL(hook.url).port],
  }
})

t.test(
  'what is sent is signed so that the standard library takes it, and says nothing that somebody wrote',
  async t => {
    const { channel, owner, webhook, received } = await begin(t)
    const notification = notificationFor(owner, { conversationId: uuidv7(), kind: 'turn.completed', taskKind: 'turn' })
    await channel.send(notification, webhook.id, new AbortController().signal)
    const [{ headers, body } = { headers: {}, body: '' }] = received
    t.equal(headers['webhook-id'], notification.id)
    t.same(new Webhook(webhook.secret).verify(body, headers as Record<string, string>), {
      type: 'turn.completed',
      timestamp: notification.createdAt.toISOString(),
      data: { taskId: notification.taskId, taskKind: 'turn', conversationId: notification.conversationId },
    })
    t.throws(() => new Webhook(webhook.secret).verify(body.replace('turn', 'quiz'), headers as Record<string, string>))
  },
)

t.test('410 ends the webhook; a redirect is not followed; what may pass is tried again', async t => {
  const { channel, hook, queries, owner, webhook, received } = await begin(t)
  const send = () => channel.send(notificationFor(owner), webhook.id, new AbortController().signal)
  hook.answer(response => response.writeHead(302, { location: `${hook.url}/elsewhere` }).end())
  await t.rejects(send(), { code: 'WEBHOOK_302' })
  t.equal(received.length, 1)
  for (const status of [408, 425, 429, 500]) {
    hook.answer(response => response.writeHead(status).end())
    await t.rejects(send(), { code: `WEBHOOK_${status}`, name: 'WebhookFailed' })
  }
  hook.answer(response => response.socket?.destroy())
  await t.rejects(send(), { name: 'WebhookFailed' })
  hook.answer(response => response.writeHead(410).end())
  await send()
  t.same(await channel.targets(queries, owner), [])
})

t.test('an answer without an end is not waited for', async t => {
  const { channel, hook, owner, webhook } = await begin(t)
  hook.answer(response => {
    response.writeHead(200)
    const fill = () => {
      while (response.write('x'.repeat(10_000)));
    }
    response.on('drain', fill).on('error', () => {})
    fill()
  })
  await channel.send(notificationFor(owner), webhook.id, new AbortController().signal)
})

t.test('not to a private address, unless that is allowed', async t => {
  const { queries, store, owner, webhook, received } = await begin(t)
  const agent = guardedAgent({ allowPrivate: false })
  t.teardown(() => agent.close())
  const guarded = webhookChannel(queries, store, agent)
  await t.rejects(guarded.send(notificationFor(owner), webhook.id, new AbortController().signal), {
    name: 'PermanentFault',
    code: 'ADDRESS_REFUSED',
  })
  t.same(received, [])
})

t.test('over HTTP: an owner has one webhook, whose secret is shown once', async t => {
  const conch = await startConch(t)
  const [visitor, stranger] = [conch.visitor(), conch.visitor()]
  t.equal((await visitor.json('GET', '/api/webhook')).status, 404)
  const made = await visitor.json('PUT', '/api/webhook', { url: 'https://example.com/hook' })
  t.match(made, { status: 200, body: { url: 'https://example.com/hook', secret: /^whsec_[A-Za-z\d+/]{43}=$/ } })
  const seen = await visitor.json('GET', '/api/webhook')
  t.match(seen, { status: 200, body: { url: 'https://example.com/hook' } })
  t.notOk('secret' in seen.body)
  t.equal((await stranger.json('GET', '/api/webhook')).status, 404)
  t.equal((await stranger.json('DELETE', '/api/webhook')).status, 404)
  const again = await visitor.json('PUT', '/api/webhook', { url: 'https://example.com/other' })
  t.not(again.body.secret, made.body.secret)
  for (const url of ['http://example.com/', 'https://127.0.0.1/', 'https://me:pw@example.com/', 'nonsense']) {
    const refused = await visitor.json('PUT', '/api/webhook', { url })
    t.match(refused, { status: 400, body: { code: 'uncallable-url' } })
  }
  t.match(await visitor.json('GET', '/api/webhook'), { body: { url: 'https://example.com/other' } })
  t.equal((await visitor.json('DELETE', '/api/webhook')).status, 204)
  t.equal((await visitor.json('GET', '/api/webhook')).status, 404)
})

/** An owner with a webhook, and the server that it names. */
async function begin(t: Test) {
  const { queries } = await openDatabase(t)
  const received: { headers: IncomingHttpHeaders; body: string }[] = []
  let answer: (response: ServerResponse) => unknown = response => response.writeHead(answers.ok).end()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    received.push({ headers: request.headers, body })
    answer(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const agent = guardedAgent({ allowPrivate: true })
  t.teardown(async () => {
    await agent.destroy()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = new WebhookStore(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const owner = uuidv7()
  const webhook = await store.replace(queries, owner, url)
  return {
    queries,
    store,
    owner,
    webhook,
    received,
    channel: webhookChannel(queries, store, agent),
    hook: {
      url,
      answer(next: typeof answer) {
        answer = next
      },
    },
  }
}
