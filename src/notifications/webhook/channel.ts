import type { Dispatcher } from 'undici'
import type { Queries } from '../../db/client.ts'
import type { Channel } from '../channel.ts'
import type { EndpointGate } from '../endpoint-gate.ts'
import { assertDelivered, post } from '../post.ts'
import { signedHeaders } from './sign.ts'
import type { WebhookStore } from './store.ts'

/**
 * A request to the owner's own server, signed as Standard Webhooks prescribes. Ids only, so that what an owner reads is
 * still asked for with their cookie. Only to an address that has shown that it wants them: see `webhookChallenge`.
 *
 * At least once: sent again when the process dies before it has noted the answer, with the same `webhook-id`, by which the
 * other side can tell. A server that answers 410 is not asked again: the webhook is removed.
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
      // One that is damaged leads nowhere: the page tells its owner, who can give it again.
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
