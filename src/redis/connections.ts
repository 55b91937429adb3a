import type { FastifyBaseLogger } from 'fastify'
import { Redis, type RedisOptions } from 'ioredis'
import { type AppendScript, appendScript } from './append-script.ts'

/** A connection that has not answered for this long is broken: a Redis that is frozen says nothing at all. */
const silenceMs = 5_000

/** How often each connection is asked whether it lives, since one that only listens would never notice. */
const pingMs = 5_000

const maxReconnectMs = 2_000

/** The least time between two connections that are left because there is a replica at their other end. */
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
 * Opens both, in the background: a Redis that is away keeps nothing from starting, and both come back by themselves.
 *
 * ioredis, and not `redis` (node-redis 6): its `socketTimeout` breaks a connection whose commands get no answer, in the
 * middle of connecting as well. The other's counts what it writes itself as activity, so its commands to a frozen Redis
 * wait until the kernel gives up.
 */
export function connectRedis(url: string, logger: FastifyBaseLogger): RedisConnections {
  let leftReplicaAt = Number.NEGATIVE_INFINITY
  const options: RedisOptions = {
    connectionName: 'conch',
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    retryStrategy: times => Math.min(50 * 2 ** Math.min(times, 10), maxReconnectMs) * (0.5 + Math.random() / 2),
    // What cannot be sent now is not kept: whoever sent it knows what is still to be done when the connection is back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // After a failover an old connection may stay with what is a replica now; a new one finds who took its place.
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
  tell(commands, logger)
  const pings = setInterval(() => {
    for (const connection of [commands, subscriber]) {
      // A ping that fails breaks the connection, which is all that it is for.
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

/** Says once that it is away, and why, however often that is tried, and once that it is back. */
function tell(connection: Redis, logger: FastifyBaseLogger): void {
  let away = false
  let reason: Error | undefined
  connection.on('error', error => {
    reason = error
  })
  connection.on('close', () => {
    if (!away)
      logger.warn({ err: reason }, 'Redis is away: what other instances write is shown late, from the database')
    away = true
    reason = undefined
  })
  connection.on('ready', () => {
    if (away) logger.info('Redis is back')
    away = false
    reason = undefined
  })
}
