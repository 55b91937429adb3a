import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Model } from '../ai/client.ts'
import type { Config } from '../config/read-config.ts'
import type { Database } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { Events } from '../domain-events/events.ts'
import type { EventHandler } from '../domain-events/handler.ts'
import { conversationRoutes } from '../kinds/conversations/routes.ts'
import { ConversationStore } from '../kinds/conversations/store.ts'
import { summarizeAfterTurn } from '../kinds/conversations/summarize.ts'
import { turnKind } from '../kinds/conversations/turn.ts'
import { quizKind } from '../kinds/quizzes/quiz.ts'
import { quizRoutes } from '../kinds/quizzes/routes.ts'
import { QuizStore } from '../kinds/quizzes/store.ts'
import { recordKind } from '../kinds/records/record.ts'
import { recordRoutes } from '../kinds/records/routes.ts'
import { reviewKind } from '../kinds/reviews/review.ts'
import { reviewRoutes } from '../kinds/reviews/routes.ts'
import { keepLibrary } from '../library/keep.ts'
import { libraryRoutes } from '../library/routes.ts'
import type { LibrarySource } from '../library/source.ts'
import { outsideChannels } from '../notifications/channels.ts'
import { type Notifications, openNotifications } from '../notifications/notifications.ts'
import type { Timers } from '../sse/sse-stream.ts'
import { collectStatistics } from '../statistics/collect.ts'
import { statisticsRoutes } from '../statistics/routes.ts'
import type { Accept } from '../tasks/http/accept.ts'
import type { EventReplies } from '../tasks/http/event-reply.ts'
import type { Idempotency } from '../tasks/idempotency/idempotency.ts'
import type { TaskKind } from '../tasks/kind.ts'
import type { TaskStore } from '../tasks/store/task-store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { librarySources } from './library-sources.ts'
import { taskLabels } from './task-labels.ts'

export interface FeatureSources {
  database: Database
  cipher: Cipher
  store: TaskStore
  model: Model
  timers: Timers
  logger: FastifyBaseLogger
  config: Pick<Config, 'basePath' | 'contextTokens' | 'summaryConcurrency' | 'notifications'>
}

export interface Features {
  /** By name. */
  kinds: ReadonlyMap<string, TaskKind>
  /** The handlers of their events. */
  handlers: readonly EventHandler[]
  /** The sources of the library. */
  sources: readonly LibrarySource[]
  /** The caller closes it. */
  notifications: Notifications
  /**
   * Begins the work to be done once per start. Call when events are handled. @throws when the database does not answer
   */
  start(events: Events): Promise<void>
  routes(
    app: FastifyInstance,
    engine: { tasks: Tasks; idempotency: Idempotency; accept: Accept; events: Events; replies: EventReplies },
  ): Promise<void>
}

/** All the kinds of tasks: a new one is added here, and with its tables to `encryptedTables`. */
export function features(given: FeatureSources): Features {
  const { database, cipher, store, model, config } = given
  const { contextTokens, summaryConcurrency: concurrency } = config
  const conversations = new ConversationStore(cipher)
  const quizzes = new QuizStore(cipher)
  const sources = librarySources(cipher)
  const outside = outsideChannels({ config: config.notifications, basePath: config.basePath, database, cipher })

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
      await notifications.routes(app, engine)
      await outside.routes(app, engine.events)
    },
  }
}
