import type { FastifyBaseLogger } from 'fastify'
import type { Replication } from '../tasks/log/replication.ts'
import { connectRedis } from './connections.ts'
import { Followers } from './followers.ts'
import { keysOf } from './keys.ts'
import { Publisher } from './publisher.ts'
import { RedisSignals } from './signals.ts'

/** What is left to be sent when the process stops gets this long. */
const closeGraceMs = 2_000

export interface RedisReplicationOptions {
  url: string
  prefix: string
  logger: FastifyBaseLogger
}

/**
 * Replication by Redis: a stream and a channel per task, and two connections for all of them. Returns at once; a Redis that
 * is away, or goes away, is waited for in the background.
 */
export function openRedisReplication({ url, prefix, logger }: RedisReplicationOptions): Replication {
  const redis = connectRedis(url, logger)
  const keys = keysOf(prefix)
  const publisher = new Publisher(redis, keys, { logger, onReplaced: taskId => signals.heard(taskId) })
  const signals = new RedisSignals(redis, keys, { logger, onAnew: taskId => publisher.writeAnew(taskId) })
  const followers = new Followers(redis, keys, { logger, askAnew: taskId => signals.anew(taskId) })
  let closed: Promise<void> | undefined
  return {
    publish: (log, attempt) => publisher.publish(log, attempt),
    follow: (mirror, from) => followers.follow(mirror, from),
    remove: taskId => publisher.remove(taskId),
    read: mirror => followers.read(mirror),
    signals,
    get connected() {
      return redis.ready
    },
    close() {
      closed ??= publisher.close(closeGraceMs).then(() => {
        followers.close()
        signals.close()
        redis.close()
      })
      return closed
    },
  }
}
