import type { SingleHandler } from '../domain-events/handler.ts'
import type { Channel, OutwardChannelName } from './channel.ts'
import type { NotificationStore } from './store.ts'

/** What could not be told for so long, or waited while the channel was off, is no news any more: the app still has it. */
const newsMs = 24 * 3_600_000

/** Each holds a connection to the other side, of which there may be many; what waits for it costs nothing here. */
const concurrency = 20

/** Sends what is due on one channel, in the channel's own queue: nothing of it holds another channel. */
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
      // Its task was removed, or it is older than a thousand others.
      if (!notification || Date.now() - notification.createdAt.getTime() > newsMs) return
      await channel.send(notification, targetId, signal)
    },
  }
}
