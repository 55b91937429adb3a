import { setTimeout as delay } from 'node:timers/promises'
import { anyRecord } from '../test/support/any-record.ts'
import { Visitor } from '../test/support/visitor.ts'
import { quantile, report, withServer } from './support/measure.ts'

const posts = 60

/** A POST answers without waiting for the model: its time must not depend on how long the upstream takes. */
const rows: Record<string, unknown>[] = []
let fast = 0
for (const upstreamSeconds of [1, 60]) {
  const times = await withServer(
    async completion => {
      await delay(upstreamSeconds * 1000, undefined, { ref: false })
      if (!completion.response.destroyed) completion.delta('글').finish()
    },
    async url => {
      const visitor = new Visitor(url)
      const times: number[] = []
      for (let index = 0; index < posts + 10; index++) {
        const began = performance.now()
        await visitor.record(anyRecord)
        // The first ones warm up.
        if (index >= 10) times.push(performance.now() - began)
      }
      return times
    },
  )
  const median = quantile(times, 0.5)
  fast ||= median
  rows.push({
    'upstream takes (s)': upstreamSeconds,
    'POST median (ms)': Number(median.toFixed(1)),
    'POST p95 (ms)': Number(quantile(times, 0.95).toFixed(1)),
    'median / that at 1 s': Number((median / fast).toFixed(2)),
  })
}
await report('post', rows)
