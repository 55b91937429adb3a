import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { anyRecord } from '../test/support/any-record.ts'
import { startRedis } from '../test/support/own-redis.ts'
import { type ServerProcess, startServer } from '../test/support/server-process.ts'
import { startUpstream } from '../test/support/upstream.ts'
import { Visitor } from '../test/support/visitor.ts'
import { onPostgres, quantile, report } from './measure.ts'

const streams = 100
const tokens = 200
const tokensPerSecond = 20

/**
 * What a token takes from the model to a client: at the instance that writes it, and at another one that has it by way of
 * Redis. Each task has a watcher at both, in one run, so each token is measured twice. Needs `DATABASE_URL` and redis-server.
 */
const closers: (() => unknown)[] = []
const context = { teardown: (closer: () => unknown) => void closers.unshift(closer) }
try {
  const redis = await startRedis(context)
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  context.teardown(() => rm(folder, { recursive: true, force: true }))
  const upstream = await startUpstream(context, async completion => {
    await delay(Math.random() * 1000)
    for (let token = 0; token < tokens; token++) {
      // The token is the time at which it was sent.
      completion.delta(`${performance.now().toFixed(3)} `)
      await delay(1000 / tokensPerSecond)
    }
    completion.finish()
  })
  await onPostgres(async ({ env }) => {
    const shared = {
      ...env,
      DATA_DIR: folder,
      OPENAI_BASE_URL: upstream.baseUrl,
      REDIS_URL: redis.url,
      DRAIN_SECONDS: '0',
    }
    const servers: ServerProcess[] = [await startServer(shared), await startServer(shared)]
    try {
      const delays = await measure(servers.map(({ url }) => url) as [string, string])
      const rows = ['at the same instance', 'at the other instance'].map((client, index) => ({
        client,
        tokens: delays[index]?.length ?? 0,
        'p50 (ms)': rounded(quantile(delays[index] ?? [], 0.5)),
        'p99 (ms)': rounded(quantile(delays[index] ?? [], 0.99)),
      }))
      const [same, other] = rows
      rows.push({
        client: 'added by the other',
        tokens: tokens * streams,
        'p50 (ms)': rounded((other?.['p50 (ms)'] ?? 0) - (same?.['p50 (ms)'] ?? 0)),
        'p99 (ms)': rounded((other?.['p99 (ms)'] ?? 0) - (same?.['p99 (ms)'] ?? 0)),
      })
      await report('replicas', rows)
    } finally {
      for (const server of servers) await server.kill('SIGTERM')
    }
  })
} finally {
  for (const close of closers) await close()
}

/** Milliseconds from the model to a client, of each token: at the first instance, which runs all, and at the second. */
async function measure([first, second]: [string, string]): Promise<[number[], number[]]> {
  await bothConnected([first, second])
  const delays: [number[], number[]] = [[], []]
  const visitor = new Visitor(first)
  await visitor.json('GET', '/api/tasks')
  const far = new Visitor(second, visitor.cookie)
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const id = await visitor.record({ ...anyRecord, versions: 1 })
      await Promise.all([read(visitor, id, delays[0]), read(far, id, delays[1])])
    }),
  )
  return delays
}

/** Reads a task to its end; each token says when it was sent. */
async function read(visitor: Visitor, id: string, delays: number[]): Promise<void> {
  const response = await visitor.fetch(`/api/tasks/${id}/events`, { headers: { accept: 'text/event-stream' } })
  const decoder = new TextDecoder()
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    const now = performance.now()
    for (const [, sent] of decoder.decode(bytes).matchAll(/(\d+\.\d{3}) /g)) delays.push(now - Number(sent))
  }
}

async function bothConnected(urls: string[]): Promise<void> {
  for (const url of urls) {
    while (!/^conch_redis_connected 1$/m.test(await (await fetch(`${url}/metrics`)).text())) await delay(50)
  }
}

function rounded(ms: number): number {
  return Number(ms.toFixed(2))
}
