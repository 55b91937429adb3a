import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database } from '../db/client.ts'
import { languageOf } from '../http/language.ts'
import { cursorOf, ListQuery, pageOf } from '../tasks/http/paging.ts'
import { NotificationList, preferencesAnswer, preferencesSchema, Unread } from './api-schemas.ts'
import { notificationNotFound } from './errors.ts'
import type { NotificationLabels } from './label.ts'
import type { PreferenceStore } from './preferences.ts'
import type { NotificationStore } from './store.ts'
import { viewNotification } from './view.ts'

const NotificationId = Type.String({ maxLength: 100, description: 'Id of the notification.' })

export interface NotificationRoutesOptions {
  database: Database
  store: NotificationStore
  preferences: PreferenceStore
  labels: NotificationLabels
  /** Called when an owner has read some. */
  onRead(ownerId: string): void
}

/** An owner's notifications, and their preferences. */
export const notificationRoutes: FastifyPluginAsyncTypebox<NotificationRoutesOptions> = async (app, options) => {
  const { store, preferences, labels, onRead } = options
  const { queries } = options.database
  const schema = { tags: ['notifications'] }

  app.get(
    '/api/notifications',
    {
      schema: {
        ...schema,
        summary: 'Your notifications, newest first',
        description: 'The last thousand at most. Getting a thing, such as a quiz, sets its notifications as read.',
        querystring: ListQuery,
        response: { 200: NotificationList },
      },
    },
    async request => {
      const { ownerId, query } = request
      const { items, nextCursor } = pageOf(await store.list(queries, ownerId, cursorOf(query)), query)
      const reader = { language: languageOf(request), basePath: app.basePath }
      const unread = await store.unread(queries, ownerId)
      return { items: items.map(item => viewNotification(item, reader, labels)), nextCursor, unread }
    },
  )

  app.post(
    '/api/notifications/:id/read',
    {
      schema: {
        ...schema,
        summary: 'Mark one as read',
        params: Type.Object({ id: NotificationId }),
        response: { 200: Unread },
      },
    },
    ({ ownerId, params }) => read(ownerId, params.id),
  )

  app.post(
    '/api/notifications/read',
    {
      schema: {
        ...schema,
        summary: 'Mark one and all before it as read',
        body: Type.Object({ upTo: NotificationId }, { additionalProperties: false }),
        response: { 200: Unread },
      },
    },
    ({ ownerId, body }) => read(ownerId, body.upTo, { upTo: true }),
  )

  app.get(
    '/api/notification-preferences',
    {
      schema: {
        ...schema,
        summary: 'How you want to be notified',
        description: 'By kind of event, the channels that notify you, where you have set them up.',
        response: { 200: preferencesAnswer(preferences.offered) },
      },
    },
    ({ ownerId }) => answer(ownerId),
  )

  app.put(
    '/api/notification-preferences',
    {
      schema: {
        ...schema,
        summary: 'Choose how you want to be notified',
        description: 'Every kind of event with its channels, all at once.',
        body: preferencesSchema(preferences.offered),
        response: { 200: preferencesAnswer(preferences.offered) },
      },
    },
    async ({ ownerId, body }) => {
      await preferences.set(queries, ownerId, body.preferences)
      return answer(ownerId)
    },
  )

  async function read(ownerId: string, id: string, upTo?: { upTo: boolean }) {
    if (!(await store.read(queries, ownerId, id, upTo))) throw notificationNotFound()
    onRead(ownerId)
    return { unread: await store.unread(queries, ownerId) }
  }

  async function answer(ownerId: string) {
    return { preferences: await preferences.get(queries, ownerId), channels: [...preferences.offered] }
  }
}
