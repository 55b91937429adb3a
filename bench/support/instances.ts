import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startRedis } from '../../test/support/own-redis.ts'
import { startServer } from '../../test/support/server-process.ts'
import { withContext } from './context.ts'
import { onPostgres } from './measure.ts'

export interface Instance {
  url: string
  pid: number
}

/**
 * Two instances, each in its own process, on a new database, their own Redis, and a model. Needs `DATABASE_URL` and
 * redis-server.
 */
export async function withInstances(
  { baseUrl }: { baseUrl: string },
  measure: (instances: readonly [Instance, Instance], redis: { pid: number }) => Promise<void>,
): Promise<void> {
  await onPostgres(({ env }) =>
    withContext(async t => {
      const redis = await startRedis(t)
      const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
      t.teardown(() => rm(folder, { recursive: true, force: true }))
      const own = {
        PAGES: 'bundled',
        DATA_DIR: folder,
        OPENAI_BASE_URL: baseUrl,
        REDIS_URL: redis.url,
        DRAIN_SECONDS: '0',
      }
      const start = async () => {
        const server = await startServer({ ...env, ...own })
        t.teardown(() => server.kill('SIGTERM'))
        return server
      }
      const instances = [await start(), await start()] as const
      for (const { url } of instances) while ((await gauge(url, 'conch_redis_connected')) !== 1) await delay(50)
      await measure(instances, { pid: redis.pid() })
    }),
  )
}

/** A number in an instance's metrics. */
export async function gauge(url: string, name: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
}
