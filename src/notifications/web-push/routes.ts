import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database } from '../../db/client.ts'
import { Damaged } from '../../tasks/http/api-schemas.ts'
import { addressRefused, subscriptionNotFound, tooManySubscriptions, unusablePushKeys } from '../errors.ts'
import { onlyIf } from '../only-if-offered.ts'
import { outsideUrl } from '../public-address.ts'
import { maxSubscriptions, type PushStore } from './store.ts'
import { areUsable } from './subscription.ts'

const Base64Url = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+=*$' })

const SubscriptionInput = Type.Object(
  {
    endpoint: Type.String({ minLength: 1, maxLength: 2000 }),
    keys: Type.Object({ p256dh: Base64Url(100), auth: Base64Url(40) }, { additionalProperties: false }),
    language: Type.Enum(['ko', 'en'], { default: 'ko' }),
  },
  { additionalProperties: false },
)

const SubscriptionSchema = Type.Object({
  id: Type.String(),
  language: Type.String(),
  createdAt: Type.String(),
  damaged: Damaged,
})

const common = { tags: ['notifications'] }

export interface PushRoutesOptions {
  offered: boolean
  allowPrivate: boolean
  database: Database
  store: PushStore
  publicKey(): Promise<string>
}

/** The owner's push subscriptions. */
export const pushRoutes: FastifyPluginAsyncTypebox<PushRoutesOptions> = async (app, options) => {
  const { offered, allowPrivate, database, store, publicKey } = options

  app.get(
    '/api/push-subscriptions/key',
    {
      onRequest: onlyIf(offered),
      schema: {
        ...common,
        summary: 'The key to subscribe with (applicationServerKey)',
        response: { 200: Type.Object({ publicKey: Type.String() }) },
      },
    },
    async () => ({ publicKey: await publicKey() }),
  )

  app.get(
    '/api/push-subscriptions',
    {
      schema: {
        ...common,
        summary: 'Your browsers that get notifications, oldest first',
        response: {
          200: Type.Object({
            offered: Type.Boolean(),
            items: Type.Array(SubscriptionSchema, { maxItems: maxSubscriptions }),
          }),
        },
      },
    },
    async ({ ownerId }) => {
      const items = await store.list(database.queries, ownerId)
      return {
        offered,
        items: items.map(({ damaged, createdAt, ...item }) => ({
          ...item,
          createdAt: createdAt.toISOString(),
          ...(damaged && { damaged: true as const }),
        })),
      }
    },
  )

  app.post(
    '/api/push-subscriptions',
    {
      onRequest: onlyIf(offered),
      schema: {
        ...common,
        summary: 'Get notified in a browser',
        description: 'The same endpoint again changes the subscription there is (200).',
        body: SubscriptionInput,
        response: { 200: Type.Object({ id: Type.String() }), 201: Type.Object({ id: Type.String() }) },
      },
    },
    async ({ ownerId, body }, reply) => {
      const endpoint = outsideUrl(body.endpoint, { allowPrivate })?.href
      if (endpoint === undefined) throw addressRefused()
      if (!areUsable(body.keys)) throw unusablePushKeys()
      const kept = await store.add(ownerId, { ...body, endpoint })
      if (kept.kind === 'too-many') throw tooManySubscriptions(maxSubscriptions)
      return reply.code(kept.created ? 201 : 200).send({ id: kept.id })
    },
  )

  app.delete(
    '/api/push-subscriptions/:id',
    {
      schema: {
        ...common,
        summary: 'Stop notifications in a browser',
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        response: { 204: Type.Null() },
      },
    },
    async ({ ownerId, params }, reply) => {
      if (!(await store.remove(database.queries, params.id, ownerId))) throw subscriptionNotFound()
      return reply.code(204).send(null)
    },
  )
}
