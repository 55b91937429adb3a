import type { FastifyInstance } from 'fastify'
import { Agent } from 'undici'
import type { NotificationConfig } from '../config/read-config.ts'
import type { Database } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { Events } from '../domain-events/events.ts'
import type { EventHandler } from '../domain-events/handler.ts'
import type { Channel } from './channel.ts'
import { EndpointGate } from './endpoint-gate.ts'
import { guardedAgent } from './guarded-agent.ts'
import { alimtalkChannel, smsChannel } from './solapi/channels.ts'
import { solapi as solapiClient } from './solapi/client.ts'
import { PhoneStore } from './solapi/phone-store.ts'
import { phoneRoutes } from './solapi/routes.ts'
import { webPushChannel } from './web-push/channel.ts'
import { pushRoutes } from './web-push/routes.ts'
import { PushStore } from './web-push/store.ts'
import { vapidKeys } from './web-push/vapid.ts'
import { WebhookAsking } from './webhook/asking.ts'
import { webhookChallenge } from './webhook/challenge.ts'
import { webhookChannel } from './webhook/channel.ts'
import { webhookRoutes } from './webhook/routes.ts'
import { WebhookStore } from './webhook/store.ts'

export interface OutsideChannels {
  /** The channels that the settings offer. */
  readonly channels: readonly Channel[]
  /** The handlers that the channels need. */
  readonly handlers: readonly EventHandler[]
  /**
   * Starts what happens once, such as the first challenges. Call when events are handled. @throws when the database does not
   * answer
   */
  start(events: Events): Promise<void>
  /** Registers the routes for the channels' settings. Closes their connections with the app. */
  routes(app: FastifyInstance, events: Events): Promise<void>
}

/** The channels that send to servers outside, as far as they are configured. */
export function outsideChannels({
  config,
  basePath,
  database,
  cipher,
}: {
  config: NotificationConfig
  basePath: string
  database: Database
  cipher: Cipher
}): OutsideChannels {
  const { webPushContact: contact, webhooks, allowPrivateAddresses: allowPrivate } = config
  const { queries } = database
  const guarded = guardedAgent({ allowPrivate })
  const direct = new Agent({ connect: { timeout: 5_000 } })
  const [hookGate, pushGate] = [new EndpointGate(), new EndpointGate()]
  const hooks = new WebhookStore(cipher)
  const asking = (events: Events) => new WebhookAsking({ database, store: hooks, events })
  const subscriptions = new PushStore(database, cipher)
  const phones = new PhoneStore(database, cipher, config.solapi?.codesPerHour ?? 0)
  const solapi = config.solapi && solapiClient(config.solapi, direct)
  const keys = () => vapidKeys(queries, cipher)

  const channels: Channel[] = []
  if (contact)
    channels.push(
      webPushChannel({ queries, store: subscriptions, agent: guarded, gate: pushGate, contact, keys, basePath }),
    )
  if (solapi && config.solapi?.alimtalk)
    channels.push(alimtalkChannel({ queries, phones, solapi }, config.solapi.alimtalk))
  if (solapi) channels.push(smsChannel({ queries, phones, solapi }))
  if (webhooks) channels.push(webhookChannel({ queries, store: hooks, agent: guarded, gate: hookGate }))

  return {
    channels,
    handlers: webhooks ? [webhookChallenge({ store: hooks, agent: guarded, gate: hookGate }) as EventHandler] : [],
    async start(events) {
      if (webhooks) await asking(events).askNeverAsked()
    },
    async routes(app, events) {
      app.addHook('onClose', async () => {
        await Promise.all([guarded.destroy(), direct.destroy()])
      })
      await app.register(pushRoutes, {
        offered: contact !== undefined,
        allowPrivate,
        database,
        store: subscriptions,
        publicKey: async () => (await keys()).publicKey,
      })
      await app.register(phoneRoutes, { solapi, database, phones })
      await app.register(webhookRoutes, {
        offered: webhooks,
        allowPrivate,
        database,
        store: hooks,
        asking: asking(events),
      })
    },
  }
}
