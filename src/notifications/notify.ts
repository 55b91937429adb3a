import { v7 as uuidv7 } from 'uuid'
import type { Queries } from '../db/client.ts'
import type { DomainEvent, TracedEvent } from '../domain-events/domain-events.ts'
import type { SingleHandler } from '../domain-events/handler.ts'
import type { Channel } from './channel.ts'
import type { NotificationLabels } from './label.ts'
import { type NotificationKind, notificationKinds } from './notification.ts'
import type { PreferenceStore } from './preferences.ts'
import type { NotificationStore } from './store.ts'

const concurrency = 20

/** An owner who watched a task to its end, whatever it was and however it ended, knows already. */
function silent({ data }: TracedEvent<NotificationKind>): boolean {
  return data.watched
}

export interface NotifyOptions {
  store: NotificationStore
  preferences: PreferenceStore
  channels: readonly Channel[]
  /** The conversation that a turn belongs to. */
  conversationOf(tx: Queries, taskId: string): Promise<string | undefined>
  /** The owner's name for what a task is about. Undefined where it cannot be read. */
  labelOf(
    tx: Queries,
    task: { id: string; ownerId: string; kind: string; conversationId?: string },
  ): Promise<string | undefined>
  labels: NotificationLabels
  /** Called when an owner has a new notification in the list. */
  onNotified(ownerId: string): void
}

/**
 * Decides which owner gets which notification, and where: one transaction stores the notification and publishes a delivery for
 * each channel, so that all of it happens once. A task that was removed or stopped causes no notification.
 */
export function notify(options: NotifyOptions): SingleHandler<NotificationKind> {
  const { store, preferences, channels, conversationOf, labelOf, labels, onNotified } = options

  return {
    name: 'notify',
    events: notificationKinds,
    concurrency,
    ignores: silent,
    async handle(event, { commit, publish }) {
      if (silent(event)) return
      const { name: kind, data, traceId } = event
      const { taskId, ownerId } = data
      await commit(async tx => {
        const task = await store.lockTask(tx, taskId)
        // The user who stopped it knows; the text so far is there, but nothing is ready.
        if (!task || task.status === 'cancelled') return
        const taskKind = task.kind
        const chosen = await preferences.of(tx, ownerId, kind)
        const due: { channel: Channel; targetId: string }[] = []
        for (const channel of channels) {
          if (!chosen.includes(channel.name)) continue
          for (const targetId of await channel.targets(tx, ownerId)) due.push({ channel, targetId })
        }
        const inApp = chosen.includes('in-app')
        if (!inApp && due.length === 0) return
        const conversationId =
          'conversationId' in data
            ? data.conversationId
            : taskKind === 'turn'
              ? await conversationOf(tx, taskId)
              : undefined
        const id = uuidv7()
        // Only the app shows the label, so it is not stored for other channels.
        const label = inApp
          ? labels.seal({ id, ownerId }, await labelOf(tx, { id: taskId, ownerId, kind: taskKind, conversationId }))
          : undefined
        await store.add(tx, { id, ownerId, kind, taskId, taskKind, conversationId, inApp, label })
        await publish(
          tx,
          traceId,
          due.map(
            ({ channel, targetId }): DomainEvent => ({
              name: `notification.${channel.name}`,
              data: { taskId, ownerId, notificationId: id, targetId },
            }),
          ),
        )
        tx.afterCommit(() => onNotified(ownerId))
      })
    },
  }
}
