import type { Dispatcher } from 'undici'
import webPush from 'web-push'
import type { Queries } from '../../db/client.ts'
import { PermanentFault } from '../../domain-events/handler.ts'
import type { Channel } from '../channel.ts'
import type { EndpointGate } from '../endpoint-gate.ts'
import { assertDelivered, post } from '../post.ts'
import { notificationText } from '../text.ts'
import type { PushStore } from './store.ts'

/** How long a push service keeps a message for a browser that is not running. */
const ttlSeconds = 24 * 3600

/**
 * A message to a browser, by the push service of its maker, encrypted for it. A subscription that has ended (404, 410) is
 * removed.
 *
 * At least once: it is sent again when the process dies before it has stored the answer. The topic lets the push service replace
 * the first message if it still has it, and the browser shows both as one, by their tag.
 */
export function webPushChannel({
  queries,
  store,
  agent,
  gate,
  contact,
  keys,
  basePath,
}: {
  queries: Queries
  store: PushStore
  agent: Dispatcher
  gate: EndpointGate
  contact: string
  keys: () => Promise<webPush.VapidKeys>
  basePath: string
}): Channel {
  return {
    name: 'web-push',

    async targets(tx, ownerId) {
      return store.ids(tx, ownerId)
    },

    async send(notification, targetId, signal) {
      signal.throwIfAborted()
      const subscription = await store.find(queries, targetId, notification.ownerId)
      if (!subscription) return
      const payload = JSON.stringify({
        id: notification.id,
        ...notificationText(notification, { language: subscription.language, basePath }),
      })
      const { endpoint, headers, body } = encrypted(subscription, payload, {
        TTL: ttlSeconds,
        topic: topicOf(notification.id),
        vapidDetails: { subject: contact, ...(await keys()) },
      })
      const { ownerId } = notification
      const gone = await gate.through({ ownerId, url: endpoint }, signal, async () => {
        const { status } = await post('web-push', endpoint, { agent, signal, body, headers: texts(headers) })
        if (status === 404 || status === 410) return true
        assertDelivered('web-push', status)
        return false
      })
      if (gone) await store.remove(queries, targetId, ownerId, subscription.sealedEndpoint)
    },
  }
}

function encrypted(subscription: webPush.PushSubscription, payload: string, options: webPush.RequestOptions) {
  const { endpoint, keys } = subscription
  try {
    return webPush.generateRequestDetails({ endpoint, keys }, payload, options)
  } catch {
    throw new PermanentFault('PUSH_NOT_ENCRYPTED', 'web-push: the message cannot be encrypted for this subscription')
  }
}

/** At most 32 characters of base64url (RFC 8030, 5.4). */
function topicOf(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
}

function texts(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
