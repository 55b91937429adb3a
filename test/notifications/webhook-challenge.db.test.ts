import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { v7 as newUuid } from 'uuid'
import type { Transaction } from '../../src/db/client.ts'
import { Cipher } from '../../src/db/encrypted.ts'
import { EndpointGate } from '../../src/notifications/endpoint-gate.ts'
import { guardedAgent } from '../../src/notifications/guarded-agent.ts'
import { webhookChallenge } from '../../src/notifications/webhook/challenge.ts'
import { maxTries, WebhookStore } from '../../src/notifications/webhook/store.ts'
import { briefly } from '../support/briefly.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { openDatabase } from '../support/open-database.ts'
import { followOwner, notifiedIn } from '../support/owner-stream.ts'
import { question, quizJson } from '../support/quiz.ts'
import { openRaw } from '../support/raw-database.ts'
import { type Answer, challengeIn, type Received, startReceiver, status, whoWantsThem } from '../support/receiver.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'
import { verifiedWebhook, type WebhookBody, webhookThat } from '../support/webhook.ts'

const upstream = await startUpstream(t, completion => completion.delta(quizJson(question(1))).finish())
const settings = { OPENAI_BASE_URL: upstream.baseUrl, WEBHOOKS: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' }
const quiz = { topic: '주제', questionCount: 1 }

const challenges = (received: readonly Received[]) => received.filter(one => challengeIn(one).challenge !== undefined)

// Side by side: a challenge that failed is repeated after seconds.
t.test('over HTTP', { jobs: 6 }, async t => {
  const conch = await startConch(t, settings)

  t.test('a webhook gets a signed challenge, and notifications from then on', async t => {
    const held = Promise.withResolvers<void>()
    const receiver = await startReceiver(t, async (request, response) => {
      const { challenge } = challengeIn(request)
      if (challenge !== undefined) await held.promise
      response.writeHead(202).end(challenge === undefined ? '' : JSON.stringify({ answer: { is: challenge } }))
    })
    const visitor = conch.visitor()
    const watcher = await followOwner(visitor)
    t.teardown(() => watcher.leave())
    const asked = receiver.arrived()
    const made = await visitor.json<WebhookBody & { secret: string }>('PUT', '/api/webhook', { url: receiver.url })
    t.match(made, { status: 201, body: { status: 'pending', fault: null, verifiedAt: null, secret: /^whsec_/ } })
    await asked
    const [{ body, headers, method } = {} as Received] = receiver.received
    t.equal(method, 'POST')
    t.same(new Webhook(made.body.secret).verify(String(body), headers as Record<string, string>), {
      type: 'webhook.challenge',
      challenge: /^[\w-]{43}$/.exec(challengeIn({ body } as Received).challenge ?? '')?.[0],
    })
    const before = await visitor.submit('/api/quizzes', quiz)
    await watcher.until(transcript => notifiedIn(transcript).includes(before))
    held.resolve()
    t.match(await webhookThat(visitor, ({ status }) => status === 'verified'), { fault: null, verifiedAt: /Z$/ })
    const arrived = receiver.arrived()
    const taskId = await visitor.submit('/api/quizzes', quiz)
    await arrived
    t.match(JSON.parse(String(receiver.received.at(-1)?.body)), { type: 'quiz.ready', data: { taskId } })
    t.equal(receiver.received.length, 2, 'and not of earlier events')
    t.match(await visitor.json('POST', '/api/webhook/challenge'), { status: 200, body: { status: 'verified' } })
  })

  for (const [fault, answer] of [
    ['wrong-answer', (_, response) => void response.end('{"challenge":"mine"}')],
    ['refused', (request, response) => void response.writeHead(401).end(challengeIn(request).challenge)],
    [
      'refused',
      (request, response) => void response.writeHead(302, { location: '/' }).end(challengeIn(request).challenge),
    ],
    ['no-answer', (_, response) => void response.destroy()],
  ] as [string, Answer][]) {
    t.test(`a webhook that does not return the challenge is not notified, and says why: ${fault}`, async t => {
      const receiver = await startReceiver(t, answer)
      const visitor = conch.visitor()
      const watcher = await followOwner(visitor)
      t.teardown(() => watcher.leave())
      await visitor.json('PUT', '/api/webhook', { url: receiver.url })
      t.match(await webhookThat(visitor, webhook => webhook.fault !== null), {
        fault,
        status: 'pending',
        verifiedAt: null,
      })
      const taskId = await visitor.submit('/api/quizzes', quiz)
      await watcher.until(transcript => notifiedIn(transcript).includes(taskId))

      receiver.answer(whoWantsThem(status(204)))
      const again = await visitor.json<WebhookBody>('POST', '/api/webhook/challenge')
      t.ok(again.status === 202 || again.body.status === 'verified', 'it is asked once more, unless that has happened')
      await webhookThat(visitor, ({ status }) => status === 'verified')
      t.equal(challenges(receiver.received).length, receiver.received.length)
    })
  }

  t.test('another address is challenged again, the same one is not, and 410 removes it', async t => {
    const [first, second] = [await startReceiver(t, whoWantsThem(status(204))), await startReceiver(t, status(410))]
    const visitor = conch.visitor()
    await verifiedWebhook(visitor, first.url)
    t.match((await visitor.json('PUT', '/api/webhook', { url: first.url })).body, { status: 'verified' })
    t.equal(first.received.length, 1)
    const gone = second.arrived()
    const other = await visitor.json('PUT', '/api/webhook', { url: second.url })
    t.match(other, { status: 200, body: { status: 'pending', verifiedAt: null } })
    t.notOk('secret' in other.body)
    await gone
    while ((await visitor.json('GET', '/api/webhook')).body.webhook) await briefly()
    t.equal((await visitor.json('POST', '/api/webhook/challenge')).status, 404)
    t.equal((await conch.visitor().json('POST', '/api/webhook/challenge')).status, 404)
  })
})

t.test('webhooks that are older than challenges are challenged once', async t => {
  const storage = await ownStorage(t)
  const receiver = await startReceiver(t, whoWantsThem(status(204)))
  let conch = await startConch(t, { ...settings, ...storage })
  const [visitor, other] = [conch.visitor(), conch.visitor()]
  for (const one of [visitor, other]) await verifiedWebhook(one, receiver.url)
  await conch.close()
  const raw = await openRaw(t, storage)
  await raw.query("update webhooks set ask_id = null, status = 'pending', tries = 0, verified_at = null")
  await raw.close()
  receiver.received.length = 0
  for (let start = 1; start <= 2; start++) {
    conch = await startConch(t, { ...settings, ...storage })
    for (const { cookie } of [visitor, other])
      await webhookThat(new Visitor(conch.url, cookie), ({ status }) => status === 'verified')
    t.equal(receiver.received.length, 2, `start ${start}`)
    await conch.close()
  }
})

t.test('a challenge that is never answered fails, is left to its owner, and is not a failed event', async t => {
  const { queries } = await openDatabase(t)
  const receiver = await startReceiver(t, status(403))
  const store = new WebhookStore(new Cipher([{ id: 'test', key: randomBytes(32) }]))
  const agents = [true, false].map(allowPrivate => guardedAgent({ allowPrivate }))
  t.teardown(() => Promise.all(agents.map(agent => agent.destroy())))
  const [open, guarded] = agents.map(agent => webhookChallenge({ store, agent, gate: new EndpointGate() }))
  const work = {
    queries,
    signal: new AbortController().signal,
    commit: (write: (tx: Transaction) => Promise<void>) => queries.transaction(write),
    publish: async () => {},
  }
  const ownerId = newUuid()
  const { ask } = await store.put(queries, ownerId, receiver.url)
  if (!ask || !open || !guarded) throw new Error('nothing is asked')
  const event = { name: 'webhook.asked', data: ask, traceId: '' } as const
  for (let tries = 1; tries < maxTries; tries++) {
    await t.rejects(open.handle(event, work), { code: 'NOT_DELIVERED' }, `try ${tries}`)
    t.match(await store.find(queries, ownerId), { status: 'pending', fault: 'refused' })
  }
  await open.handle(event, work)
  t.match(await store.find(queries, ownerId), { status: 'failed', fault: 'refused' })
  await open.handle(event, work)
  t.equal(receiver.received.length, maxTries)

  const again = (await store.put(queries, ownerId, receiver.url)).ask
  t.ok(again && again.askId !== ask.askId, 'the same address again is asked again')
  await open.handle(event, work)
  t.equal(receiver.received.length, maxTries, 'but the failed challenge is not repeated')
  await guarded.handle({ ...event, data: again ?? ask }, work)
  t.match(
    await store.find(queries, ownerId),
    { status: 'failed', fault: 'private-address' },
    'which no try would change',
  )
})
