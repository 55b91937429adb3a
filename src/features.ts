import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Model } from './ai/client.ts'
import type { Config } from './config.ts'
import { conversationRoutes } from './conversations/routes.ts'
import { ConversationStore } from './conversations/store.ts'
import { summarizeAfterTurn } from './conversations/summarize.ts'
import { turnKind } from './conversations/turn.ts'
import type { Database } from './db/client.ts'
import type { Cipher } from './db/encrypted.ts'
import type { Events } from './events/events.ts'
import type { EventHandler } from './events/handler.ts'
import { keepLibrary } from './library/keep.ts'
import { libraryRoutes } from './library/routes.ts'
import type { LibrarySource } from './library/source.ts'
import { librarySources } from './library-sources.ts'
import { outsideChannels } from './notifications/channels.ts'
import { type Notifications, openNotifications } from './notifications/notifications.ts'
import { quizKind } from './quizzes/quiz.ts'
import { quizRoutes } from './quizzes/routes.ts'
import { QuizStore } from './quizzes/store.ts'
import { recordKind } from './records/record.ts'
import { recordRoutes } from './records/routes.ts'
import { reviewKind } from './reviews/review.ts'
import { reviewRoutes } from './reviews/routes.ts'
import { collectStatistics } from './statistics/collect.ts'
import { statisticsRoutes } from './statistics/routes.ts'
import { taskLabels } from './task-labels.ts'
import type { Accept } from './tasks/accept.ts'
import type { EventReplies } from './tasks/event-reply.ts'
import type { Idempotency } from './tasks/idempotency.ts'
import type { TaskKind } from './tasks/kind.ts'
import type { Timers } from './tasks/sse-stream.ts'
import type { TaskStore } from './tasks/store.ts'
import type { Tasks } from './tasks/tasks.ts'

export interface FeatureSources {
  database: Database
  cipher: Cipher
  store: TaskStore
  model: Model
  timers: Timers
  logger: FastifyBaseLogger
  config: Pick<Config, 'contextTokens' | 'summaryConcurrency' | 'notifications'>
}

export interface Features {
  /** By name. */
  kinds: ReadonlyMap<string, TaskKind>
  /** What happens after their events. */
  handlers: readonly EventHandler[]
  /** Of the library. */
  sources: readonly LibrarySource[]
  /** Closed by whoever has them. */
  notifications: Notifications
  /** Begins what has to be done once. Call when events are handled. @throws when the database does not answer */
  start(events: Events): Promise<void>
  routes(
    app: FastifyInstance,
    engine: { tasks: Tasks; idempotency: Idempotency; accept: Accept; events: Events; replies: EventReplies },
  ): Promise<void>
}

/** What Conch writes, all of it: a new kind of task is added here, and with its schema to `encryptedTables`. */
export function features(given: FeatureSources): Features {
  const { database, cipher, store, model, config } = given
  const { contextTokens, summaryConcurrency: concurrency } = config
  const conversations = new ConversationStore(cipher)
  const quizzes = new QuizStore(cipher)
  const sources = librarySources(cipher)
  const outside = outsideChannels({ config: config.notifications, database, cipher })

  const record = recordKind(cipher)
  const turn = turnKind({ queries: database.queries, conversations, tasks: store, contextTokens })
  const quiz = quizKind(quizzes)
  const kinds = [record, reviewKind, turn, quiz] as unknown as TaskKind[]

  const notifications = openNotifications({
    ...given,
    channels: outside.channels,
    conversationOf: async (tx, taskId) => (await conversations.turn(tx, taskId))?.conversationId,
    labelOf: taskLabels({ tasks: store, conversations }),
  })

  return {
    kinds: new Map(kinds.map(kind => [kind.name, kind])),
    handlers: [
      summarizeAfterTurn({ conversations, tasks: store, model, contextTokens, concurrency }),
      keepLibrary({ sources, cipher }),
      collectStatistics,
      ...notifications.handlers,
      ...outside.handlers,
    ] as EventHandler[],
    sources,
    notifications,
    start: events => outside.start(events),
    async routes(app, engine) {
      const shared = { ...engine, database, store }
      await app.register(recordRoutes, { ...shared, kind: record, cipher })
      await app.register(reviewRoutes, { ...shared, kind: reviewKind })
      await app.register(conversationRoutes, { ...shared, kind: turn, conversations })
      await app.register(quizRoutes, { ...shared, kind: quiz, quizzes })
      await app.register(libraryRoutes, { database, cipher, sources })
      await app.register(statisticsRoutes, { queries: database.queries })
      await notifications.routes(app, engine.replies)
      await outside.routes(app, engine.events)
    },
  }
}
