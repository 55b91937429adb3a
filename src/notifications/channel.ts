import type { Queries } from '../db/client.ts'
import type { Notification } from './notification.ts'

/** `in-app` is what the owner's list and stream show; each of the others is a `Channel`. */
export const channelNames = ['in-app', 'web-push', 'alimtalk', 'sms', 'webhook'] as const
export type ChannelName = (typeof channelNames)[number]

/** Those that lead out of here. */
export type OutwardChannelName = Exclude<ChannelName, 'in-app'>

/** A way to tell an owner. */
export interface Channel {
  readonly name: OutwardChannelName
  /**
   * Where this owner is told by this channel; one delivery each, so that the failure of one touches no other. Ids only.
   */
  targets(tx: Queries, ownerId: string): Promise<readonly string[]>
  /**
   * Sends. Idempotent by `notification.id` as far as the other side allows. What it throws is tried again, unless it is a
   * `PermanentFault`. Resolves also when there is nothing to do, such as for a target that has gone.
   */
  send(notification: Notification, targetId: string, signal: AbortSignal): Promise<void>
}
