import { setTimeout as delay } from 'node:timers/promises'
import { anyRecord } from '../test/support/any-record.ts'
import type { UpstreamCompletion } from '../test/support/upstream.ts'
import { Visitor } from '../test/support/visitor.ts'
import { quantile, report, seconds, withServer } from './support/measure.ts'

/** How long the upstream takes for one completion: a token every 100 ms. */
const tokens = 100
const tokenMs = 100

/** Records at once, of three versions each: the quiz maker's hundredth user waited 25 minutes. */
const bursts = [1, 100, 300]

/** 100 tasks at once must end when one does: the last within 1.2 times the time of a single one. */
await withServer(paced, async url => {
  const rows: Record<string, unknown>[] = []
  let single = 0
  for (const records of bursts) {
    const visitors = Array.from({ length: records }, () => new Visitor(url))
    const began = performance.now()
    const posted: number[] = []
    const ended = await Promise.all(
      visitors.map(async visitor => {
        const id = await visitor.record(anyRecord)
        posted.push(performance.now() - began)
        const { done, texts, chunks } = await visitor.finished(id)
        if (!done || texts.size !== 3) throw new Error(`task ${id} ended with ${JSON.stringify(chunks.slice(-3))}`)
        return performance.now() - began
      }),
    )
    const last = Math.max(...ended)
    if (records === 1) single = last
    rows.push({
      records,
      completions: records * 3,
      'POST answered, last (s)': seconds(Math.max(...posted)),
      'ended, median (s)': seconds(quantile(ended, 0.5)),
      'ended, last (s)': seconds(last),
      'last / single': Number((last / single).toFixed(3)),
    })
  }
  await report('burst', rows)
})

async function paced(completion: UpstreamCompletion): Promise<void> {
  const began = performance.now()
  for (let token = 0; token < tokens; token++) {
    if (completion.response.destroyed) return
    completion.delta('토큰 ')
    await delay(Math.max(0, began + (token + 1) * tokenMs - performance.now()))
  }
  completion.finish()
}
