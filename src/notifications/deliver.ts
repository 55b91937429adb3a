import type { SingleHandler } from '../domain-events/handler.ts'
import type { Channel, OutwardChannelName } from './channel.ts'
import type { NotificationStore } from './store.ts'

/** A notification that could not be sent for this long, or waited while the channel was off, is dropped: the app still has it. */
const newsMs = 24 * 3_600_000

/** Each delivery holds a connection to the other side, which may have many; a waiting delivery costs nothing here. */
const concurrency = 20

/** Sends what is due on one channel, in the channel's own queue: it holds up no other channel. */
export function deliveryHandler(
  channel: Channel,
  store: NotificationStore,
): SingleHandler<`notification.${OutwardChannelName}`> {
  return {
    name: `notify-${channel.name}`,
    events: [`notification.${channel.name}`],
    concurrency,
    async handle({ data: { notificationId, targetId } }, { queries, signal }) {
      const notification = await store.get(queries, notificationId)
      // The task was removed, or the notification is older than a thousand others.
      if (!notification || Date.now() - notification.createdAt.getTime() > newsMs) return
      await channel.send(notification, targetId, signal)
    },
  }
}
