import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { Registry } from 'prom-client'
import packageJson from '../../package.json' with { type: 'json' }
import { modelRoutes } from '../ai/routes.ts'
import { BackgroundJob } from '../base/background-job.ts'
import { loggableError } from '../base/loggable-error.ts'
import { traceIdOf } from '../base/trace-id.ts'
import type { Config } from '../config/read-config.ts'
import { ClockWatch } from '../db/clock-watch.ts'
import { type DataDirLock, lockDataDir } from '../db/data-dir-lock.ts'
import type { EmbeddedThread } from '../db/embedded/embedded-thread.ts'
import { startJobs } from '../db/jobs.ts'
import { reencrypt } from '../db/reencrypt.ts'
import type { Events } from '../domain-events/events.ts'
import { openFailedEvents } from '../domain-events/failed-events.ts'
import type { EventHandler } from '../domain-events/handler.ts'
import { QueuedEvents } from '../domain-events/queued-events.ts'
import { Redrive } from '../domain-events/redrive.ts'
import { backgroundWorkRoutes } from '../http/background-job-routes.ts'
import { basePath, withoutBasePath } from '../http/base-path.ts'
import { cacheControl } from '../http/cache-control.ts'
import { closeConnectionsOnDrain } from '../http/close-on-drain.ts'
import { Connections, requestLimits } from '../http/connections.ts'
import { cors } from '../http/cors.ts'
import { docs } from '../http/docs.ts'
import { failedEventRoutes } from '../http/failed-events.ts'
import { health } from '../http/health.ts'
import { hosts } from '../http/hosts.ts'
import { identity } from '../http/identity.ts'
import { jsonBodies } from '../http/json-bodies.ts'
import { metricsRoute, registerGauges, taskCounters } from '../http/metrics.ts'
import { operator } from '../http/operator.ts'
import { bundlePages } from '../http/pages/bundle.ts'
import { KeptFolder } from '../http/pages/kept-folder.ts'
import { pages } from '../http/pages/pages.ts'
import { frameworkErrors, problems } from '../http/problems.ts'
import { ReencryptionSchema } from '../http/reencryption.ts'
import { requestBounds } from '../http/request-bounds.ts'
import { securityHeaders } from '../http/security-headers.ts'
import { useSharedSerializers } from '../http/serialization.ts'
import { useStrictValidation } from '../http/validation.ts'
import { limitList } from '../kinds/records/limit-list.ts'
import { RebuildReport, rebuildLibrary } from '../library/rebuild.ts'
import { overviewOf } from '../operations/overview.ts'
import { operationsRoutes } from '../operations/routes.ts'
import type { Timers } from '../sse/sse-stream.ts'
import { acceptWith, refuseStreamsWithoutRoom } from '../tasks/http/accept.ts'
import { EventReplies, eventReplies } from '../tasks/http/event-reply.ts'
import { taskRoutes } from '../tasks/http/routes.ts'
import { TaskStore } from '../tasks/store/task-store.ts'
import { encryptedTables } from './encrypted-tables.ts'
import { features } from './features.ts'
import { openEngine } from './open-engine.ts'
import { logWhatDoesNotFit, openFilesLimit, withinOpenFiles } from './open-files.ts'
import { openUpstream } from './open-model.ts'
import { openReplication } from './open-replication.ts'
import { openStorage } from './open-storage.ts'

/** Longer than the longest valid body of any route; nginx has the same limit. */
const maxBodyBytes = 512 * 1024

/** How long requests in progress may take to end when the server closes. */
const closeGraceMs = 5_000

export interface Dependencies {
  /** Where log lines go, each a JSON object; default: standard output. */
  logDestination?: { write(line: string): void }
  /** The lock on the data folder, if the caller holds it already; it is released with the app. */
  dataDirLock?: DataDirLock
  /** Timers of the event streams; a fake clock in tests. */
  timers?: Timers
  /** Starts the embedded database in a folder, or has done so; it is closed with the app. */
  startEmbedded?: (folder: string) => EmbeddedThread
  /** A folder where what is made of the pages at a start is kept for the next; without it nothing is. */
  keptPagesIn?: string
  /** Handles domain events instead of the queues. */
  openEvents?: (handlers: readonly EventHandler[]) => Events
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Takes no new tasks, lets the running ones end for as long as `DRAIN_SECONDS` says, gives back the rest. Requests
     * are answered meanwhile. Call `close` afterwards; without `drain`, `close` gives back at once.
     */
    drain(): Promise<void>
  }
}

/**
 * Makes a whole Conch: opens everything with a lifetime; `app.close()` closes it. Nothing listens yet, but tasks that
 * wait in the database run as soon as this resolves.
 *
 * @throws DataDirLocked when another process holds the embedded database; the database's error when it cannot be
 * opened. Nothing stays open then.
 */
export async function buildApp(
  wanted: Config,
  {
    logDestination,
    dataDirLock,
    timers = globalThis as Timers,
    openEvents,
    startEmbedded,
    keptPagesIn,
  }: Dependencies = {},
): Promise<FastifyInstance> {
  const openFiles = openFilesLimit()
  const config = withinOpenFiles(wanted, openFiles)
  const { requestTimeout, ...http } = requestLimits
  const app = Fastify({
    http,
    requestTimeout,
    logger: {
      level: config.logLevel,
      stream: logDestination,
      serializers: {
        err: error => ({ message: '', stack: '', ...loggableError(error) }),
        // Without the query: it may hold a user's search.
        req: ({ method, url, host, ip }) => ({ method, url: url?.split('?')[0], host, remoteAddress: ip }),
      },
    },
    trustProxy: config.trustProxy,
    bodyLimit: maxBodyBytes,
    // Requests that have arrived are answered: a 503 now would end an EventSource for good.
    return503OnClosing: false,
    // Each part limits its own opening; on a busy machine, Fastify's 10 s would end a start that goes well.
    pluginTimeout: 120_000,
    frameworkErrors,
    clientErrorHandler: (error, socket) => connections.clientErrorHandler(error, socket),
    routerOptions: { maxParamLength: 200 },
    rewriteUrl: withoutBasePath(config.basePath),
    // All that follows from a request logs its trace id.
    genReqId: ({ headers }) => traceIdOf(headers.traceparent as string | undefined),
    logController: new LogController({ requestIdLogLabel: 'traceId' }),
  })
  const connections = new Connections({ most: config.maxConnections, logger: app.log })
  connections.watch(app.server)
  logWhatDoesNotFit(app.log, { wanted, config, openFiles })
  const opened = new AsyncDisposableStack()
  try {
    if (!config.databaseUrl) {
      const lock = dataDirLock ?? (await lockDataDir(config.dataDir))
      opened.defer(() => lock.release())
    }
    await assemble(app, config, { timers, openEvents, startEmbedded, keptPagesIn, connections }, opened)
    await app.ready()
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
  return app
}

async function assemble(
  app: FastifyInstance,
  config: Config,
  {
    timers,
    openEvents,
    startEmbedded,
    keptPagesIn,
    connections,
  }: { timers: Timers; connections: Connections } & Pick<Dependencies, 'openEvents' | 'startEmbedded' | 'keptPagesIn'>,
  opened: AsyncDisposableStack,
): Promise<void> {
  app.addHook('onClose', () => opened.disposeAsync())
  const { database, cipher, refused, cookieSecret, operatorToken } = await openStorage(
    config,
    app.log,
    opened,
    startEmbedded,
  )
  // It needs nothing of what follows, and another process does it; `pages` handles what goes wrong. Not before the keys fit: a
  // start that is refused has nothing to bundle.
  const keptPages = keptPagesIn === undefined ? undefined : KeptFolder.at(keptPagesIn)
  if (config.pages === 'bundled') bundlePages({ limits: limitList() }, keptPages).catch(() => {})
  const model = await openUpstream(config, app.log, opened)

  const store = new TaskStore(cipher)
  const { kinds, handlers, sources, notifications, routes, start } = features({
    database,
    cipher,
    store,
    model,
    config,
    timers,
    logger: app.log,
  })
  opened.defer(() => notifications.close())
  const boss = await startJobs(database, error => app.log.warn({ err: error }, 'pg-boss'))
  opened.defer(() => boss.stop({ graceful: false }))
  const events: Events =
    openEvents?.(handlers) ?? (await QueuedEvents.open(handlers, { boss, database, logger: app.log }))
  opened.defer(() => events.stop(0))

  const registry = new Registry()
  const counters = taskCounters(registry)
  const replication = await openReplication(config, app.log, opened)
  const engine = await openEngine({
    database,
    cipher,
    store,
    boss,
    events,
    model,
    kinds,
    maxRunningOutputs: config.maxRunningOutputs,
    maxQueuedTasks: config.maxQueuedTasks,
    basePath: config.basePath,
    replication,
    timers,
    logger: app.log,
    onClaim(task) {
      notifications.publishTaskState(task)
      counters.claimed(task)
    },
    onEnd(task, end) {
      notifications.publishTaskState({ ...task, status: end.status, stage: end.stage })
      counters.ended(task, end)
    },
    onChange: notifications.publishTaskState,
  })
  opened.defer(() => engine.close())
  opened.defer(() => engine.stop(0))
  const { tasks, idempotency, logs, runner } = engine
  const replies = new EventReplies(timers)

  const redrive = new Redrive({ boss, database, handlers, onRedriven: () => events.wake() })
  const reencryption = new BackgroundJob({
    name: 're-encryption',
    run: options => reencrypt({ ...options, queries: database.queries, cipher, tables: encryptedTables }),
    logger: app.log,
  })
  opened.defer(() => reencryption.stop())
  const rebuild = new BackgroundJob({
    name: 'the rebuilding of the library',
    run: options => rebuildLibrary({ ...options, database, cipher, sources }),
    logger: app.log,
  })
  opened.defer(() => rebuild.stop())
  const state = {
    runningOutputs: () => runner.runningOutputs,
    runningHandlers: () => events.running,
    openStreams: () => replies.size,
  }
  registerGauges(registry, {
    ...state,
    connections: () => database.connections(),
    clients: () => connections,
    openLogs: () => logs.size,
    redisConnected: () => replication?.connected,
    upstream: () => model.state(),
    refusedValues: () => refused.counts,
    queuedTasks: () => store.queued(database.queries, Number.MAX_SAFE_INTEGER),
    // A handler that has none is listed with 0: an alert that waits for the number to fall again needs it.
    failedEvents: async () =>
      new Map([...handlers.map(({ name }) => [name, 0] as const), ...(await openFailedEvents(database.queries))]),
  })

  useStrictValidation(app)
  useSharedSerializers(app)
  await app.register(requestBounds)
  await app.register(jsonBodies)
  await app.register(problems)
  await app.register(securityHeaders)
  await app.register(basePath, { basePath: config.basePath })
  await app.register(hosts, { listening: config.host, allowed: config.allowedHosts })
  await app.register(closeConnectionsOnDrain, { stopping: () => runner.stopping })
  await app.register(cors, { origins: config.corsOrigins })
  await app.register(identity, {
    cookieSecret,
    corsOrigins: config.corsOrigins,
    trustProxy: config.trustProxy,
    basePath: config.basePath,
  })
  await app.register(operator, { token: operatorToken })
  await app.register(cacheControl)
  await app.register(eventReplies)
  await notifications.watchReading(app)
  await app.register(docs, { version: packageJson.version, basePath: config.basePath })
  await app.register(health, { ready: () => !runner.stopping, ping: () => database.ping() })
  await app.register(metricsRoute, { registry })
  await app.register(backgroundWorkRoutes, {
    path: '/api/operations/reencryption',
    summary: 'Re-encrypt everything with the newest key',
    work: reencryption,
    report: ReencryptionSchema,
  })
  await app.register(backgroundWorkRoutes, {
    path: '/api/operations/library-rebuild',
    summary: 'Rewrite the library from its sources',
    work: rebuild,
    report: RebuildReport,
  })
  await app.register(failedEventRoutes, { database, redrive })
  await app.register(operationsRoutes, {
    replies,
    overview: overviewOf({ ...state, database, logs, model, handlers }),
  })
  await app.register(modelRoutes, { model })
  await app.register(taskRoutes, { tasks, replies })
  refuseStreamsWithoutRoom(app, replies)
  const accept = acceptWith(tasks, replies, notifications.accepted)
  await routes(app, { tasks, idempotency, accept, events, replies })
  await app.register(pages, {
    pages: config.pages,
    basePath: config.basePath,
    kept: keptPages,
    facts: () => ({ model: { name: model.name, demo: model.demo }, limits: limitList() }),
  })

  const stop = async (drainMs: number) => {
    await Promise.all([engine.stop(drainMs), events.stop(drainMs)])
  }
  app.decorate('drain', () => stop(config.drainMs))
  // Clients are dropped in mid-stream, without an end: so they come back.
  app.addHook('preClose', async () => {
    await stop(0)
    replies.destroyAll()
    // A request that never ends, or an answer that its client does not read, must not hold the process.
    const deadline = setTimeout(() => app.server.closeAllConnections(), closeGraceMs)
    opened.defer(() => clearTimeout(deadline))
  })
  const clock = new ClockWatch({
    database,
    logger: app.log,
    onPulled() {
      runner.wake()
      events.wake()
    },
  })
  opened.defer(() => clock.stop())
  await clock.start()
  await engine.start()
  await events.start()
  await start(events)
}
