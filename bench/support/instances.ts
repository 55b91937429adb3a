import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { startRedis } from '../../test/support/own-redis.ts'
import { type ServerProcess, startServer } from '../../test/support/server-process.ts'
import { type Script, startUpstream } from '../../test/support/upstream.ts'
import { onPostgres } from './measure.ts'

/**
 * Two instances, each a process of its own, on a new database, a Redis of their own, and an upstream that answers by script.
 * Needs `DATABASE_URL` and redis-server. `context` closes what else is opened.
 */
export async function withInstances(
  script: Script,
  measure: (urls: readonly [string, string], context: Test) => Promise<void>,
): Promise<void> {
  const closers: (() => unknown)[] = []
  const context = { teardown: (closer: () => unknown) => void closers.unshift(closer) } as unknown as Test
  try {
    const redis = await startRedis(context)
    const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
    closers.unshift(() => rm(folder, { recursive: true, force: true }))
    const { baseUrl } = await startUpstream(context, script)
    await onPostgres(async ({ env }) => {
      const own = { DATA_DIR: folder, OPENAI_BASE_URL: baseUrl, REDIS_URL: redis.url, DRAIN_SECONDS: '0' }
      const servers: ServerProcess[] = []
      try {
        for (let instance = 0; instance < 2; instance++) servers.push(await startServer({ ...env, ...own }))
        const urls = servers.map(({ url }) => url) as [string, string]
        await bothConnected(urls)
        await measure(urls, context)
      } finally {
        for (const server of servers) await server.kill('SIGTERM')
      }
    })
  } finally {
    for (const close of closers) await close()
  }
}

async function bothConnected(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    while (!/^conch_redis_connected 1$/m.test(await (await fetch(`${url}/metrics`)).text()))
      await new Promise(resolve => setTimeout(resolve, 50))
  }
}
