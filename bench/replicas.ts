import { setTimeout as delay } from 'node:timers/promises'
import { anyRecord } from '../test/support/any-record.ts'
import { Visitor } from '../test/support/visitor.ts'
import { withInstances } from './support/instances.ts'
import { quantile, report } from './support/measure.ts'

const streams = 100
const tokens = 200
const tokensPerSecond = 20

/**
 * What a token takes from the model to a client: at the instance that writes it, and at another one that has it by way of
 * Redis. Each task has a watcher at both, in one run, so each token is measured twice.
 */
await withInstances(
  async completion => {
    await delay(Math.random() * 1000)
    for (let token = 0; token < tokens; token++) {
      // The token is the time at which it was sent.
      completion.delta(`${performance.now().toFixed(3)} `)
      await delay(1000 / tokensPerSecond)
    }
    completion.finish()
  },
  async urls => {
    const [same, other] = (await measure(urls)).map(delays => [quantile(delays, 0.5), quantile(delays, 0.99)] as const)
    const row = (client: string, p50: number, p99: number) => ({
      client,
      tokens: tokens * streams,
      'p50 (ms)': rounded(p50),
      'p99 (ms)': rounded(p99),
    })
    if (!same || !other) return
    await report('replicas', [
      row('at the same instance', ...same),
      row('at the other instance', ...other),
      row('added by the other', other[0] - same[0], other[1] - same[1]),
    ])
  },
)

/** Milliseconds from the model to a client, of each token: at the first instance, which runs all, and at the second. */
async function measure([first, second]: readonly [string, string]): Promise<[number[], number[]]> {
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

function rounded(ms: number): number {
  return Number(ms.toFixed(2))
}
