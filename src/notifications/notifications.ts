import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Database } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { EventHandler } from '../domain-events/handler.ts'
import type { Timers } from '../sse/sse-stream.ts'
import type { EventReplies } from '../tasks/http/event-reply.ts'
import * as taskStates from '../tasks/store/task-queries.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { deliveryHandler } from './deliver.ts'
import { NotificationLabels } from './label.ts'
import { type NotifyOptions, notify } from './notify.ts'
import { OwnerHub } from './owner-hub.ts'
import { PreferenceStore } from './preferences.ts'
import { notificationRoutes } from './routes.ts'
import { markSeen } from './seen.ts'
import { notificationStore as store } from './store.ts'
import { type OwnerStreamRoutesOptions, ownerStreamRoutes } from './stream-routes.ts'

export interface NotificationsOptions extends Pick<NotifyOptions, 'channels' | 'conversationOf' | 'labelOf'> {
  database: Database
  cipher: Cipher
  timers: Timers
  logger: FastifyBaseLogger
}

export interface Notifications {
  readonly handlers: readonly EventHandler[]
  /** This process stored a task, in a transaction that is committed. */
  accepted(task: taskStates.TaskState): void
  /** A task of this process has changed its state, in a transaction that is committed. */
  publishTaskState(task: taskStates.TaskState): void
  /** Records as read the notifications of what an owner gets. Register before all routes. */
  watchReading(app: FastifyInstance): Promise<void>
  routes(app: FastifyInstance, engine: { replies: EventReplies; tasks: Pick<Tasks, 'log'> }): Promise<void>
  /** Resolves when no query of it runs any more. */
  close(): Promise<void>
}

/** Notifies owners: in the app, and by the given channels. */
export function openNotifications(options: NotificationsOptions): Notifications {
  const { database, channels, timers, logger } = options
  const { queries } = database
  const tasks = taskStates
  const hub = new OwnerHub({ queries, tasks, store, timers, logger })
  const labels = new NotificationLabels(options.cipher)
  const preferences = new PreferenceStore(['in-app', ...channels.map(({ name }) => name)])
  const onNotified = (ownerId: string) => hub.notified(ownerId)
  return {
    handlers: [
      notify({ ...options, store, preferences, labels, onNotified }),
      ...channels.map(channel => deliveryHandler(channel, store)),
    ] as EventHandler[],
    accepted: task => hub.accepted(task),
    publishTaskState: task => hub.publishTaskState(task),
    async watchReading(app) {
      await app.register(markSeen, { queries, store, onRead: onNotified })
    },
    async routes(app, engine) {
      await app.register(notificationRoutes, { database, store, preferences, labels, onRead: onNotified })
      const log: OwnerStreamRoutesOptions['stream']['log'] = (id, ownerId) => engine.tasks.log(id, ownerId)
      await app.register(ownerStreamRoutes, {
        replies: engine.replies,
        stream: { queries, store, labels, tasks, log, hub, logger },
      })
    },
    close: () => hub.close(),
  }
}
