import { Type } from 'typebox'
import { Damaged } from '../tasks/http/api-schemas.ts'
import { maxPageItems } from '../tasks/http/paging.ts'
import type { ChannelName } from './channel.ts'
import { notificationKinds } from './notification.ts'

export const NotificationSchema = Type.Object({
  id: Type.String(),
  kind: Type.Enum(notificationKinds),
  taskId: Type.String(),
  taskKind: Type.String({ description: 'record, review, turn or quiz.' }),
  conversationId: Type.Optional(Type.String()),
  createdAt: Type.String({ description: 'ISO 8601, UTC.' }),
  readAt: Type.Union([Type.String(), Type.Null()]),
  label: Type.Union([Type.String(), Type.Null()], {
    description: 'Your name for what this is about, such as the topic of a quiz. Never sent anywhere else.',
  }),
  damaged: Damaged,
  title: Type.String({ description: 'In Korean or English, as Accept-Language says.' }),
  body: Type.String(),
  path: Type.String({ description: 'Path of the page that shows what it is about.' }),
})

export const Unread = Type.Object({ unread: Type.Integer({ description: 'Notifications that were not read.' }) })

export const NotificationList = Type.Object({
  items: Type.Array(NotificationSchema, { maxItems: maxPageItems }),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
  ...Unread.properties,
})

/** Every kind, with the channels among those that this server offers. */
export function preferencesSchema(offered: readonly ChannelName[]) {
  const channels = Type.Array(Type.Enum([...offered]), { maxItems: offered.length, uniqueItems: true })
  const byKind = Object.fromEntries(notificationKinds.map(kind => [kind, channels])) as Record<
    (typeof notificationKinds)[number],
    typeof channels
  >
  return Type.Object(
    { preferences: Type.Object(byKind, { additionalProperties: false }) },
    { additionalProperties: false },
  )
}

export function preferencesAnswer(offered: readonly ChannelName[]) {
  return Type.Object({
    ...preferencesSchema(offered).properties,
    channels: Type.Array(Type.String(), { maxItems: offered.length, description: 'Those that this server offers.' }),
  })
}
