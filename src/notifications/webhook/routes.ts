import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Queries } from '../../db/client.ts'
import { callableUrl, type Guard } from '../guarded-agent.ts'
import { uncallableUrl, webhookNotFound } from './errors.ts'
import type { WebhookStore } from './store.ts'

const WebhookInput = Type.Object(
  { url: Type.String({ minLength: 1, maxLength: 2_000, description: 'https, at a public address.' }) },
  { additionalProperties: false },
)

const WebhookSchema = Type.Object({ url: Type.String(), createdAt: Type.String() })

const WebhookWithSecret = Type.Object({
  ...WebhookSchema.properties,
  secret: Type.String({
    description: 'Signs what is sent, as Standard Webhooks prescribes. Shown this once: keep it.',
  }),
})

export interface WebhookRoutesOptions {
  queries: Queries
  store: WebhookStore
  guard: Guard
}

/** The owner's webhook: a server of theirs that is told what they want to be notified of. */
export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookRoutesOptions> = async (
  app,
  { queries, store, guard },
) => {
  const common = { tags: ['notifications'] }
  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))

  app.put(
    '/api/webhook',
    {
      schema: {
        ...common,
        summary: 'Have a server of yours told',
        description: 'Takes the place of the one before. Each time the secret is a new one.',
        body: WebhookInput,
        response: { 200: WebhookWithSecret },
      },
    },
    async ({ ownerId, body }) => {
      const url = callableUrl(body.url, guard)
      if (!url) throw uncallableUrl()
      const { secret, createdAt } = await store.replace(queries, ownerId, url.href)
      return { url: url.href, secret, createdAt: createdAt.toISOString() }
    },
  )

  app.get(
    '/api/webhook',
    { schema: { ...common, summary: 'Your webhook', response: { 200: WebhookSchema } } },
    async ({ ownerId }) => {
      const webhook = await store.ofOwner(queries, ownerId)
      if (!webhook) throw webhookNotFound()
      return { url: webhook.url, createdAt: webhook.createdAt.toISOString() }
    },
  )

  app.delete(
    '/api/webhook',
    { schema: { ...common, summary: 'Have it told no longer', response: { 204: Type.Null() } } },
    async ({ ownerId }, reply) => {
      if (!(await store.removeOf(queries, ownerId))) throw webhookNotFound()
      return reply.code(204).send(null)
    },
  )
}
