import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { startConch } from '../support/conch.ts'
import { Operator, operatorToken } from '../support/operator.ts'
import { followOwner, listed, notifiedIn } from '../support/owner-stream.ts'
import { question, quizJson } from '../support/quiz.ts'
import { startReceiver, status, whoWantsThem } from '../support/receiver.ts'
import { startUpstream } from '../support/upstream.ts'
import { verifiedWebhook } from '../support/webhook.ts'

interface FailedEvents {
  items: { handler: string; event: { name: string }; attempts: number; error: string }[]
}

t.test('a ready quiz is notified by every channel of its owner; the failure of one touches no other', async t => {
  const upstream = await startUpstream(t, completion => completion.delta(quizJson(question(1))).finish())
  const hook = await startReceiver(t, whoWantsThem(status(204)))
  const conch = await startConch(t, {
    OPENAI_BASE_URL: upstream.baseUrl,
    OPERATOR_TOKEN: operatorToken,
    WEBHOOKS: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  })
  const operator = new Operator(conch.url)
  const visitor = conch.visitor()
  const secret = await verifiedWebhook(visitor, `${hook.url}/conch`)
  hook.received.length = 0
  const watcher = await followOwner(visitor)
  const quiz = () => visitor.submit('/api/quizzes', { topic: '비밀 주제', questionCount: 1 })

  await t.test('in the app and by the webhook', async t => {
    const arrived = hook.arrived()
    const taskId = await quiz()
    await arrived
    await watcher.until(transcript => notifiedIn(transcript).includes(taskId))
    const [{ id } = { id: '' }] = (await listed(visitor)).items
    const [request] = hook.received
    t.equal(request?.headers['webhook-id'], id)
    t.match(new Webhook(secret).verify(String(request?.body), request?.headers as Record<string, string>), {
      type: 'quiz.ready',
      data: { taskId, taskKind: 'quiz' },
    })
    t.notMatch(String(request?.body), '비밀')
    t.match((await listed(visitor)).items, [{ label: '비밀 주제' }], 'which its owner sees in the app')
  })

  await t.test('in the app, when the webhook refuses: that is left to operators', async t => {
    hook.answer(status(400))
    const taskId = await quiz()
    await watcher.until(transcript => notifiedIn(transcript).includes(taskId))
    let failed: FailedEvents['items'] = []
    while (failed.length === 0)
      failed = (await operator.json<FailedEvents>('GET', '/api/operations/failed-events')).body.items
    t.match(failed, [{ handler: 'notify-webhook', event: { name: 'notification.webhook' }, attempts: 1 }])
    t.notMatch(JSON.stringify(failed), new URL(hook.url).port, 'and they do not see the address')
  })

  await t.test('and once it is redriven, by the webhook as well', async t => {
    hook.answer()
    const arrived = hook.arrived()
    await operator.json('POST', '/api/operations/failed-events/redrive', {
      handler: 'notify-webhook',
      preview: false,
    })
    await arrived
    const ids = hook.received.map(({ headers }) => headers['webhook-id'])
    t.equal(ids.length, 3)
    t.equal(ids[1], ids[2], 'it is the same notification, and the other side recognizes it')
  })
})
