import { randomBytes } from 'node:crypto'
import type { Dispatcher } from 'undici'
import { v7 as newUuid } from 'uuid'
import { PermanentFault, type SingleHandler } from '../../domain-events/handler.ts'
import type { EndpointGate } from '../endpoint-gate.ts'
import { NotDelivered, post } from '../post.ts'
import { signedHeaders } from './sign.ts'
import type { WebhookStore } from './store.ts'
import type { WebhookFault } from './tables.ts'

/** This many may hang without holding up the others for long: the gate lets two at once to a host. */
const concurrency = 10

/** The challenge is searched for in this much of an answer. */
const maxAnswerBytes = 65_536

type Answer = 'challenge' | 'gone' | WebhookFault

/**
 * Asks an address whether it wants an owner's notifications. Without that, strangers could make this server send requests to
 * any address, and an address that never answers would take places that others need.
 *
 * ```
 * -> pending            the webhook is new, or has another address; or its owner asks again
 * pending -> verified   a 2xx whose body contains the challenge
 * pending -> failed     nothing of that kind in `maxTries` tries, with the growing waits of a handler
 * ```
 *
 * Only `verified` webhooks get notifications. A server that checks signatures can answer as soon as it has the secret, so
 * the tries go on for some minutes. Each has a challenge of its own. 410 removes the webhook, as it does for notifications.
 */
export function webhookChallenge({
  store,
  agent,
  gate,
}: {
  store: WebhookStore
  agent: Dispatcher
  gate: EndpointGate
}): SingleHandler<'webhook.asked'> {
  return {
    name: 'webhook-challenge',
    events: ['webhook.asked'],
    concurrency,
    async handle({ data: ask }, { queries, signal, commit }) {
      const webhook = await store.find(queries, ask.ownerId)
      if (webhook?.askId !== ask.askId || webhook.status !== 'pending') return
      const { url, secret } = webhook
      // A damaged webhook cannot be reached: the page shows that to its owner, who can give the address again.
      if (url === undefined || secret === undefined)
        return void (await store.unanswered(queries, ask, 'no-answer', { final: true }))
      const answer = await answerTo({ url, secret }, ask.ownerId, signal)
      if (answer === 'gone') return commit(async tx => void (await store.remove(tx, ask.ownerId, webhook.sealedUrl)))
      if (answer === 'challenge') return commit(async tx => void (await store.verified(tx, ask)))
      const again = await store.unanswered(queries, ask, answer, { final: answer === 'private-address' })
      if (again) throw new NotDelivered('webhook', `no answer to the challenge (${answer})`)
    },
  }

  async function answerTo(
    { url, secret }: { url: string; secret: string },
    ownerId: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const challenge = randomBytes(32).toString('base64url')
    const body = JSON.stringify({ type: 'webhook.challenge', challenge })
    try {
      return await gate.through({ ownerId, url }, signal, async () => {
        const headers = signedHeaders(secret, newUuid(), body)
        const answer = await post('webhook', url, { agent, body, signal, headers, maxBodyBytes: maxAnswerBytes })
        if (answer.status === 410) return 'gone'
        if (answer.status < 200 || answer.status > 299) return 'refused'
        return answer.body.includes(challenge) ? 'challenge' : 'wrong-answer'
      })
    } catch (error) {
      if (error instanceof NotDelivered) return 'no-answer'
      if (error instanceof PermanentFault) return 'private-address'
      throw error
    }
  }
}
