import { anyRecord } from '../test/support/any-record.ts'
import { startNginx } from '../test/support/nginx.ts'
import { startUpstream } from '../test/support/upstream.ts'
import { Visitor } from '../test/support/visitor.ts'
import { withContext } from './support/context.ts'
import { withInstances } from './support/instances.ts'
import { quantile, report } from './support/measure.ts'

const streams = 200

/**
 * The time until a client has the first event of a task, from its request on: at an instance, and through nginx, set up as in
 * `deploy/nginx/conch.conf`, before two of them. Needs nginx, and what `withInstances` needs.
 */
await withContext(async t => {
  const model = await startUpstream(t, completion => completion.delta('글').finish())
  await withInstances(model, async ([first, second]) => {
    const nginx = await startNginx(t, { instances: [first.url, second.url] })
    const times = { direct: [] as number[], 'through nginx': [] as number[] }
    // In turns, so that both have the same machine.
    for (let stream = 0; stream < streams; stream++) {
      times.direct.push(await firstEvent(first.url))
      times['through nginx'].push(await firstEvent(nginx.url))
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
  })
})

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
