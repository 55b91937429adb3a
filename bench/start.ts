import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startServer } from '../test/support/server-process.ts'
import { withContext } from './support/context.ts'
import { cpuMicros } from './support/cores.ts'
import { onEachBackend, quantile, report } from './support/measure.ts'

const rounds = Number(process.env.ROUNDS ?? 3)

/** Another checkout, which is started in turns with this one. */
const checkouts = [...(process.env.CHECKOUT ? [process.env.CHECKOUT] : []), undefined]

/** How long a server is left alone before its memory counts as that at rest. */
const restMs = 10_000

interface Start {
  readyMs: number
  cpuMs: number
  restMb: number
  peakMb: number
}

/**
 * Time and processor time until a server listens, with all cores, and what memory it holds 10 s later: on a new database, and on
 * one that exists. Medians of three. Files are in the system's cache, and Node's compile cache is filled by the first start.
 */
await withContext(async t => {
  const rows: Record<string, unknown>[] = []
  await onEachBackend(async ({ name, env }) => {
    for (const kind of ['new', 'existing'] as const) {
      // A new database on Postgres costs its migrations alone, once.
      if (kind === 'new' && env.DATABASE_URL) continue
      const found = new Map<string | undefined, Start[]>(checkouts.map(checkout => [checkout, []]))
      for (const checkout of checkouts) {
        const kept = await newFolder(t)
        if (kind === 'existing') await start(kept, env, checkout)
        for (let round = 0; round < rounds; round++)
          found.get(checkout)?.push(await start(kind === 'new' ? await newFolder(t) : kept, env, checkout))
      }
      for (const [checkout, starts] of found) {
        const median = (figure: keyof Start) =>
          Math.round(
            quantile(
              starts.map(start => start[figure]),
              0.5,
            ),
          )
        rows.push({
          server: checkout ?? 'Conch',
          database: `${name}, ${kind}`,
          'ready (ms)': median('readyMs'),
          'processor time until then (ms)': median('cpuMs'),
          'memory at rest (MB)': median('restMb'),
          'most memory (MB)': median('peakMb'),
        })
      }
    }
  })
  await report('start', rows)
})

async function newFolder(t: { teardown(run: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function start(folder: string, env: Record<string, string>, checkout: string | undefined): Promise<Start> {
  const began = performance.now()
  const server = await startServer(
    { PAGES: 'bundled', DATA_DIR: folder, LOG_LEVEL: 'info', DRAIN_SECONDS: '0', ...env },
    checkout ? { file: resolve(checkout, 'src/server.ts') } : {},
  )
  try {
    const readyMs = performance.now() - began
    const cpuMs = cpuMicros([server.pid]) / 1000
    await delay(restMs)
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    const megabytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1000
    return { readyMs, cpuMs, restMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }
  } finally {
    await server.kill('SIGTERM')
  }
}
