import type { Queries } from '../db/client.ts'
import type { Notification } from './notification.ts'

/** `in-app` is the owner's list and stream; each of the others is a `Channel`. */
export const channelNames = ['in-app', 'web-push', 'alimtalk', 'sms', 'webhook'] as const
export type ChannelName = (typeof channelNames)[number]

/** The channels that send to servers outside. */
export type OutwardChannelName = Exclude<ChannelName, 'in-app'>

/** A way to notify an owner. */
export interface Channel {
  readonly name: OutwardChannelName
  /**
   * Ids of the owner's targets on this channel; each gets its own delivery, so that a failed one touches no other.
   */
  targets(tx: Queries, ownerId: string): Promise<readonly string[]>
  /**
   * Sends. Idempotent by `notification.id` as far as the other side allows. Any error but a `PermanentFault` is retried.
   * Resolves also when there is nothing to do, such as for a target that was deleted.
   */
  send(notification: Notification, targetId: string, signal: AbortSignal): Promise<void>
}
