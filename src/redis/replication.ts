import type { FastifyBaseLogger } from 'fastify'
import type { Replication } from '../tasks/log/replication.ts'
import { connectRedis } from './connections.ts'
import { Followers } from './followers.ts'
import { keysOf } from './keys.ts'
import { Publisher } from './publisher.ts'
import { RedisSignals } from './signals.ts'

/** How long the remaining events may still be sent when the process stops. */
const closeGraceMs = 2_000

export interface RedisReplicationOptions {
  url: string
  prefix: string
  logger: FastifyBaseLogger
}

/**
 * Replication by Redis: a stream and a channel per task, and two connections for all of them. Returns at once; the
 * connections wait in the background for a Redis that is unavailable, or becomes so.
 */
export function openRedisReplication({ url, prefix, logger }: RedisReplicationOptions): Replication {
  const redis = connectRedis(url, logger)
  const keys = keysOf(prefix)
  const publisher = new Publisher(redis, keys, { logger, onReplaced: taskId => signals.heard(taskId) })
  const signals = new RedisSignals(redis, keys, { logger, onRewrite: taskId => publisher.rewrite(taskId) })
  const followers = new Followers(redis, keys, { logger, askRewrite: taskId => signals.rewrite(taskId) })
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
