import type { Queries } from '../db/client.ts'
import type { Notification } from './notification.ts'

export type ChannelName = 'in-app' | 'web-push' | 'alimtalk' | 'sms' | 'webhook'

export interface Channel {
  readonly name: ChannelName
  /** Where this owner is told by this channel; one delivery each, so that the failure of one touches no other. Ids only. */
  targets(tx: Queries, ownerId: string): Promise<readonly string[]>
  /**
   * Sends. Idempotent by `notification.id` as far as the other side allows. Throws: tried again; PermanentFault: failed
   * events. Resolves also when there is nothing to do (target gone).
   */
  send(notification: Notification, targetId: string, signal: AbortSignal): Promise<void>
}
