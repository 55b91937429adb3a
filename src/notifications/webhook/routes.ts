import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database } from '../../db/client.ts'
import { addressRefused, channelNotOffered, webhookNotFound } from '../errors.ts'
import { outsideUrl } from '../public-address.ts'
import type { WebhookStore } from './store.ts'

const WebhookSchema = Type.Object({ url: Type.String(), createdAt: Type.String() })

const Secret = Type.String({ description: 'Shown this once: verifies the signatures (Standard Webhooks, whsec_...).' })

const common = { tags: ['notifications'] }

export interface WebhookRoutesOptions {
  offered: boolean
  allowPrivate: boolean
  database: Database
  store: WebhookStore
}

/** The owner's webhook: where it goes, its secret. */
export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookRoutesOptions> = async (app, options) => {
  const { offered, allowPrivate, database, store } = options
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
    async ({ ownerId }, reply) => {
      const found = await store.find(queries, ownerId)
      reply.header('cache-control', 'no-store')
      return { offered, webhook: found ? { url: found.url, createdAt: found.createdAt.toISOString() } : null }
    },
  )

  app.put(
    '/api/webhook',
    {
      schema: {
        ...common,
        summary: 'Be told by a request to your server',
        description: 'Answers the secret if there was none before. Another address keeps the secret.',
        body: Type.Object(
          { url: Type.String({ minLength: 1, maxLength: 2000, description: 'https, on the public internet.' }) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ url: Type.String() }),
          201: Type.Object({ url: Type.String(), secret: Secret }),
        },
      },
    },
    async ({ ownerId, body }, reply) => {
      if (!offered) throw channelNotOffered()
      const url = outsideUrl(body.url, { allowPrivate })?.href
      if (url === undefined) throw addressRefused()
      const { secret } = await store.put(queries, ownerId, url)
      reply.header('cache-control', 'no-store')
      return secret === undefined ? reply.code(200).send({ url }) : reply.code(201).send({ url, secret })
    },
  )

  app.post(
    '/api/webhook/secret',
    {
      schema: {
        ...common,
        summary: 'Have a new secret',
        description: 'The old one signs nothing from now on.',
        response: { 200: Type.Object({ secret: Secret }) },
      },
    },
    async ({ ownerId }, reply) => {
      const secret = await store.rotate(queries, ownerId)
      if (secret === undefined) throw webhookNotFound()
      reply.header('cache-control', 'no-store')
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
}
