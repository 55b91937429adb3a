import { Webhook } from 'standardwebhooks'
import type { Dispatcher } from 'undici'
import type { Queries } from '../../db/client.ts'
import type { Channel } from '../channel.ts'
import { judge, post } from '../post.ts'
import type { WebhookStore } from './store.ts'

/**
 * A request to the owner's own server, signed as Standard Webhooks prescribes. Ids only, so that what an owner reads is
 * still asked for with their cookie.
 *
 * At least once: sent again when the process dies before it has noted the answer, with the same `webhook-id`, by which the
 * other side can tell. A server that answers 410 is not asked again: the webhook is removed.
 */
export function webhookChannel({
  queries,
  store,
  agent,
}: {
  queries: Queries
  store: WebhookStore
  agent: Dispatcher
}): Channel {
  return {
    name: 'webhook',

    async targets(tx, ownerId) {
      return (await store.exists(tx, ownerId)) ? [ownerId] : []
    },

    async send({ id, ownerId, kind, taskId, taskKind, conversationId, createdAt }, targetId, signal) {
      signal.throwIfAborted()
      const webhook = targetId === ownerId ? await store.find(queries, ownerId) : undefined
      if (!webhook) return
      const data = { taskId, taskKind, ...(conversationId !== undefined && { conversationId }) }
      const body = JSON.stringify({ type: kind, timestamp: createdAt.toISOString(), data })
      const now = new Date()
      const { status } = await post('webhook', webhook.url, {
        agent,
        body,
        signal,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(webhook.secret).sign(id, now, body),
        },
      })
      if (status === 410) return void (await store.remove(queries, ownerId, webhook.sealedUrl))
      judge('webhook', status)
    },
  }
}
