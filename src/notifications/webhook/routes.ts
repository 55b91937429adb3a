import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database, Queries } from '../../db/client.ts'
import { Damaged } from '../../tasks/http/api-schemas.ts'
import { addressRefused, webhookNotFound } from '../errors.ts'
import { onlyIf } from '../only-if-offered.ts'
import { outsideUrl } from '../public-address.ts'
import type { WebhookAsking } from './asking.ts'
import type { StoredWebhook, WebhookStore } from './store.ts'
import { webhookFaults, webhookStatuses } from './tables.ts'

const Status = Type.Enum(webhookStatuses, {
  description:
    'Whether your server has answered the challenge. Only a `verified` webhook is notified; `pending`: it is being asked, ' +
    'for some minutes; `failed`: it did not answer.',
})

const WebhookSchema = Type.Object({
  url: Type.String({ description: 'Empty if it is damaged.' }),
  createdAt: Type.String({ description: 'ISO 8601, UTC.' }),
  status: Status,
  fault: Type.Union([Type.Enum(webhookFaults), Type.Null()], {
    description:
      'Why the last try did not verify it. `no-answer` within 5 s; `refused`: another status than 2xx; `wrong-answer`: the ' +
      'body did not contain the challenge; `private-address`: the host is not on the public internet.',
  }),
  verifiedAt: Type.Union([Type.String(), Type.Null()]),
  damaged: Damaged,
})

const challengeRule =
  'Your server is asked first: a signed POST of `{type: "webhook.challenge", challenge}`. Any 2xx whose body contains the ' +
  'challenge verifies the webhook; until then it is not notified.'

const Secret = Type.String({ description: 'Shown this once: verifies the signatures (Standard Webhooks, whsec_...).' })

const common = { tags: ['notifications'] }

export interface WebhookRoutesOptions {
  offered: boolean
  allowPrivate: boolean
  database: Database
  store: WebhookStore
  asking: WebhookAsking
}

/** The owner's webhook: its address and its secret. */
export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookRoutesOptions> = async (app, options) => {
  const { offered, allowPrivate, database, store, asking } = options
  const { queries } = database

  app.get(
    '/api/webhook',
    {
      schema: {
        ...common,
        summary: 'Your webhook',
        response: {
          200: Type.Object({ offered: Type.Boolean(), webhook: Type.Union([WebhookSchema, Type.Null()]) }),
        },
      },
    },
    async ({ ownerId }) => {
      const found = await store.find(queries, ownerId)
      return { offered, webhook: found ? view(found) : null }
    },
  )

  app.put(
    '/api/webhook',
    {
      onRequest: onlyIf(offered),
      schema: {
        ...common,
        summary: 'Get notified by a request to your server',
        description: `Answers the secret if there was none before, or if it was damaged. Another address keeps the secret. ${challengeRule}`,
        body: Type.Object(
          { url: Type.String({ minLength: 1, maxLength: 2000, description: 'https, on the public internet.' }) },
          { additionalProperties: false },
        ),
        response: {
          200: WebhookSchema,
          201: Type.Object({ ...WebhookSchema.properties, secret: Secret }),
        },
      },
    },
    async ({ ownerId, body, id: traceId }, reply) => {
      const url = outsideUrl(body.url, { allowPrivate })?.href
      if (url === undefined) throw addressRefused()
      const { secret, webhook } = await asking.after(traceId, async tx => {
        const put = await store.put(tx, ownerId, url)
        return { ...put, webhook: await mustFind(tx, ownerId) }
      })
      return secret === undefined
        ? reply.code(200).send(view(webhook))
        : reply.code(201).send({ ...view(webhook), secret })
    },
  )

  app.post(
    '/api/webhook/challenge',
    {
      onRequest: onlyIf(offered),
      schema: {
        ...common,
        summary: 'Ask your server again',
        description: `200 if there is nothing to ask: it is verified, or was not asked yet. ${challengeRule}`,
        response: { 200: WebhookSchema, 202: WebhookSchema },
      },
    },
    async ({ ownerId, id: traceId }, reply) => {
      const { ask, webhook } = await asking.after(traceId, async tx => {
        const ask = await store.askAgain(tx, ownerId)
        return { ask, webhook: await mustFind(tx, ownerId) }
      })
      return reply.code(ask ? 202 : 200).send(view(webhook))
    },
  )

  app.post(
    '/api/webhook/secret',
    {
      schema: {
        ...common,
        summary: 'Make a new secret',
        description: 'The old one signs nothing from now on.',
        response: { 200: Type.Object({ secret: Secret }) },
      },
    },
    async ({ ownerId }) => {
      const secret = await store.rotate(queries, ownerId)
      if (secret === undefined) throw webhookNotFound()
      return { secret }
    },
  )

  app.delete(
    '/api/webhook',
    { schema: { ...common, summary: 'Remove your webhook', response: { 204: Type.Null() } } },
    async ({ ownerId }, reply) => {
      if (!(await store.remove(queries, ownerId))) throw webhookNotFound()
      return reply.code(204).send(null)
    },
  )

  async function mustFind(tx: Queries, ownerId: string): Promise<StoredWebhook> {
    const found = await store.find(tx, ownerId)
    if (!found) throw webhookNotFound()
    return found
  }
}

/** Nothing is sent to a damaged webhook; giving its address again repairs it. */
function view({ url, secret, createdAt, status, fault, verifiedAt }: StoredWebhook) {
  const damaged = url === undefined || secret === undefined
  return {
    url: url ?? '',
    createdAt: createdAt.toISOString(),
    status,
    fault,
    verifiedAt: verifiedAt?.toISOString() ?? null,
    ...(damaged && { damaged: true as const }),
  }
}
