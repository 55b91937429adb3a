import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { anyRecord } from '../test/support/any-record.ts'
import { startNginx } from '../test/support/nginx.ts'
import { startRedis } from '../test/support/own-redis.ts'
import { startServer } from '../test/support/server-process.ts'
import { startUpstream } from '../test/support/upstream.ts'
import { Visitor } from '../test/support/visitor.ts'
import { onPostgres, quantile, report } from './measure.ts'

const streams = 200

/**
 * What the first event of a task takes to a client, from its request on: at an instance, and through nginx as
 * `deploy/nginx/conch.conf` sets it up, before two of them. Needs `DATABASE_URL`, redis-server and nginx.
 */
const closers: (() => unknown)[] = []
const context = { teardown: (closer: () => unknown) => void closers.unshift(closer) } as unknown as Test
try {
  const redis = await startRedis(context)
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  closers.unshift(() => rm(folder, { recursive: true, force: true }))
  const upstream = await startUpstream(context, completion => completion.delta('글').finish())
  await onPostgres(async ({ env }) => {
    const shared = {
      ...env,
      DATA_DIR: folder,
      OPENAI_BASE_URL: upstream.baseUrl,
      REDIS_URL: redis.url,
      DRAIN_SECONDS: '0',
    }
    const servers = [await startServer(shared), await startServer({ ...shared, TRUST_PROXY: 'true' })] as const
    try {
      const nginx = await startNginx(context, { instances: [servers[0].url, servers[1].url] })
      const times: Record<string, number[]> = { direct: [], 'through nginx': [] }
      // In turns, so that both have the same machine.
      for (let stream = 0; stream < streams; stream++) {
        for (const [way, url] of [
          ['direct', servers[0].url],
          ['through nginx', nginx.url],
        ] as const)
          times[way]?.push(await firstEvent(url))
      }
      await report(
        'first-event',
        Object.entries(times).map(([way, ms]) => ({
          way,
          streams: ms.length,
          'p50 (ms)': Number(quantile(ms, 0.5).toFixed(1)),
          'p99 (ms)': Number(quantile(ms, 0.99).toFixed(1)),
          'longest (ms)': Number(Math.max(...ms).toFixed(1)),
        })),
      )
    } finally {
      for (const server of servers) await server.kill('SIGTERM')
    }
  })
} finally {
  for (const close of closers) await close()
}

/** Milliseconds from the request that creates a task, and asks for its events, to the first of them. */
async function firstEvent(url: string): Promise<number> {
  const began = performance.now()
  const watcher = await new Visitor(url).watch('/api/records', {
    request: {
      method: 'POST',
      body: JSON.stringify({ ...anyRecord, versions: 1 }),
      headers: { 'content-type': 'application/json' },
    },
  })
  await watcher.until(({ chunks }) => chunks.length > 0)
  const took = performance.now() - began
  await watcher.ended
  return took
}
