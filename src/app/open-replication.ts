import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/read-config.ts'
import type { Replication } from '../tasks/log/replication.ts'

/**
 * Opens the replication of logs between this process and other instances; `undefined` without REDIS_URL. Closes with
 * `opened`.
 */
export async function openReplication(
  { redisUrl: url, redisPrefix: prefix }: Pick<Config, 'redisUrl' | 'redisPrefix'>,
  logger: FastifyBaseLogger,
  opened: AsyncDisposableStack,
): Promise<Replication | undefined> {
  if (!url) return undefined
  // A process without Redis loads no code for it.
  const { openRedisReplication } = await import('../redis/replication.ts')
  const replication = openRedisReplication({ url, prefix, logger })
  opened.defer(() => replication.close())
  return replication
}
