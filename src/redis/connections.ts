import type { FastifyBaseLogger } from 'fastify'
import { Redis, type RedisOptions } from 'ioredis'
import { type AppendScript, appendScript } from './append-script.ts'

/** A connection that has not answered for this long is broken: a frozen Redis sends nothing at all. */
const silenceMs = 5_000

/** How often each connection is pinged, since a subscriber alone would never notice that it broke. */
const pingMs = 5_000

const maxReconnectMs = 2_000

/** The least time between two reconnections that leave a replica. */
const leaveReplicaMs = 5_000

/** The two connections that an instance has to Redis, however many tasks it runs or follows. */
export interface RedisConnections {
  readonly commands: Omit<Redis, 'pipeline'> & AppendScript
  /** Only subscribes. */
  readonly subscriber: Redis
  readonly ready: boolean
  close(): void
}

/**
 * Opens both in the background: an unavailable Redis does not delay the start, and both connections reconnect.
 *
 * ioredis, and not `redis` (node-redis 6): its `socketTimeout` breaks a connection whose commands get no answer, in the
 * middle of connecting as well. node-redis counts what it writes itself as activity, so its commands to a frozen Redis
 * wait until the kernel gives up.
 */
export function connectRedis(url: string, logger: FastifyBaseLogger): RedisConnections {
  let leftReplicaAt = Number.NEGATIVE_INFINITY
  const options: RedisOptions = {
    connectionName: 'conch',
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    retryStrategy: times => Math.min(50 * 2 ** Math.min(times, 10), maxReconnectMs) * (0.5 + Math.random() / 2),
    // A command that cannot be sent now is not queued: its sender knows what is still to be sent after a reconnection.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // After a failover an old connection may stay with a server that is now a replica; a new one finds the new primary.
    reconnectOnError: ({ message }) => {
      if (!message.includes('READONLY') || performance.now() - leftReplicaAt < leaveReplicaMs) return false
      leftReplicaAt = performance.now()
      return true
    },
  }
  const commands = new Redis(url, { ...options, scripts: { conchAppend: appendScript } })
  const subscriber = new Redis(url, options)
  for (const connection of [commands, subscriber]) {
    connection.on('error', error => logger.debug({ err: error }, 'a connection to Redis broke'))
  }
  logAvailability(commands, logger)
  const pings = setInterval(() => {
    for (const connection of [commands, subscriber]) {
      // A ping that fails breaks the connection: that is its only purpose.
      if (connection.status === 'ready') connection.ping().catch(() => {})
    }
  }, pingMs)
  return {
    commands: commands as unknown as RedisConnections['commands'],
    subscriber,
    get ready() {
      return commands.status === 'ready' && subscriber.status === 'ready'
    },
    close() {
      clearInterval(pings)
      commands.disconnect()
      subscriber.disconnect()
    },
  }
}

/** Logs once that Redis is unavailable, and why, however many reconnections fail, and once that it is back. */
function logAvailability(connection: Redis, logger: FastifyBaseLogger): void {
  let unavailable = false
  let reason: Error | undefined
  connection.on('error', error => {
    reason = error
  })
  connection.on('close', () => {
    if (!unavailable)
      logger.warn({ err: reason }, 'Redis is unavailable: events of other instances are shown late, from the database')
    unavailable = true
    reason = undefined
  })
  connection.on('ready', () => {
    if (unavailable) logger.info('Redis is back')
    unavailable = false
    reason = undefined
  })
}
