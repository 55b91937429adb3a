import t from 'tap'
import { startConch } from '../support/conch.ts'
import { listed } from '../support/owner-stream.ts'
import { question, quizJson } from '../support/quiz.ts'
import { challengeIn, startReceiver, status, whoWantsThem } from '../support/receiver.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Visitor } from '../support/visitor.ts'
import { verifiedWebhook } from '../support/webhook.ts'

/** More than the places of a channel. */
const owners = 24

t.test('a server that never answers holds two places, and no other owner waits for it', async t => {
  const upstream = await startUpstream(t, completion => completion.delta(quizJson(question(1))).finish())
  let open = 0
  let mostOpen = 0
  const tarpit = await startReceiver(
    t,
    whoWantsThem((_, response) => {
      mostOpen = Math.max(mostOpen, ++open)
      response.once('close', () => open--)
    }),
  )
  const good = await startReceiver(t, whoWantsThem(status(204)))
  const conch = await startConch(t, {
    OPENAI_BASE_URL: upstream.baseUrl,
    WEBHOOKS: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  })
  const quizFor = (visitor: Visitor) => visitor.submit('/api/quizzes', { topic: '주제', questionCount: 1 })

  const trapped = Array.from({ length: owners }, () => conch.visitor())
  for (const [index, visitor] of trapped.entries()) await verifiedWebhook(visitor, `${tarpit.url}/hook/${index}`)
  const served = conch.visitor()
  await verifiedWebhook(served, good.url.replace('127.0.0.1', 'localhost'))

  await Promise.all(trapped.map(quizFor))
  for (const visitor of trapped) while ((await listed(visitor)).unread === 0);
  const delivered = () => good.received.filter(request => challengeIn(request).type === 'quiz.ready').length
  t.equal(delivered(), 0)
  const arrived = good.arrived()
  await quizFor(served)
  await arrived
  t.equal(delivered(), 1)
  t.equal(mostOpen, 2)
})
