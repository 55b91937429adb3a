import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { Channel } from './channel.ts'
import { guardedAgent } from './guarded-agent.ts'
import { webhookChannel } from './webhook/channel.ts'
import { webhookRoutes } from './webhook/routes.ts'
import { WebhookStore } from './webhook/store.ts'

/** What leads out of here: as much of it as the settings offer. */
export interface Outward {
  channels: readonly Channel[]
  /** Where owners say where they are told. */
  routes(app: FastifyInstance): Promise<void>
}

export interface OutwardOptions {
  queries: Queries
  cipher: Cipher
  config: Pick<Config, 'webhooks' | 'allowPrivate'>
}

/** Opens the channels that the settings offer; `opened` closes their connections. */
export function openChannels({ queries, cipher, config }: OutwardOptions, opened: AsyncDisposableStack): Outward {
  const guard = { allowPrivate: config.allowPrivate }
  const agent = guardedAgent(guard)
  opened.defer(() => agent.destroy())
  const channels: Channel[] = []
  const routes: Outward['routes'][] = []

  if (config.webhooks) {
    const store = new WebhookStore(cipher)
    channels.push(webhookChannel(queries, store, agent))
    routes.push(async app => void (await app.register(webhookRoutes, { queries, store, guard })))
  }
  return {
    channels,
    async routes(app) {
      for (const register of routes) await register(app)
    },
  }
}
