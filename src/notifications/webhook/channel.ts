import type { Dispatcher } from 'undici'
import type { Queries } from '../../db/client.ts'
import type { Channel } from '../channel.ts'
import type { EndpointGate } from '../endpoint-gate.ts'
import { assertDelivered, post } from '../post.ts'
import { signedHeaders } from './sign.ts'
import type { WebhookStore } from './store.ts'

/**
 * A request to the owner's own server, signed as Standard Webhooks prescribes. It holds ids only: the content still takes the
 * owner's cookie. It goes only to an address that has shown that it wants notifications: see `webhookChallenge`.
 *
 * At least once: it is sent again when the process dies before it has stored the answer, with the same `webhook-id`, by which
 * the other side recognizes it. A server that answers 410 gets no more: the webhook is removed.
 */
export function webhookChannel({
  queries,
  store,
  agent,
  gate,
}: {
  queries: Queries
  store: WebhookStore
  agent: Dispatcher
  gate: EndpointGate
}): Channel {
  return {
    name: 'webhook',

    async targets(tx, ownerId) {
      return (await store.isVerified(tx, ownerId)) ? [ownerId] : []
    },

    async send({ id, ownerId, kind, taskId, taskKind, conversationId, createdAt }, targetId, signal) {
      signal.throwIfAborted()
      const webhook = targetId === ownerId ? await store.find(queries, ownerId) : undefined
      if (webhook?.status !== 'verified') return
      const { url, secret, sealedUrl } = webhook
      // A damaged webhook cannot be reached: the page shows that to its owner, who can give the address again.
      if (url === undefined || secret === undefined) return
      const data = { taskId, taskKind, ...(conversationId !== undefined && { conversationId }) }
      const body = JSON.stringify({ type: kind, timestamp: createdAt.toISOString(), data })
      const gone = await gate.through({ ownerId, url }, signal, async () => {
        const headers = signedHeaders(secret, id, body)
        const { status } = await post('webhook', url, { agent, body, signal, headers })
        if (status === 410) return true
        assertDelivered('webhook', status)
        return false
      })
      if (gone) await store.remove(queries, ownerId, sealedUrl)
    },
  }
}
