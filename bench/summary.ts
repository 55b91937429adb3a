import { setTimeout as delay } from 'node:timers/promises'
import { asksForSummary, Talk } from '../test/support/talk.ts'
import { Visitor } from '../test/support/visitor.ts'
import { onEachBackend, quantile, report, seconds, withServer } from './support/measure.ts'

const conversations = 10
const turnsEach = 4

/** The upstream takes this long for a reply. */
const replyMs = 500

/** In the story a reply of 7.56 s took 25.98 s, since it waited for a summary of 18 s. */
const rows: Record<string, unknown>[] = []
await onEachBackend(async ({ name, env }) => {
  let without = 0
  for (const summarySeconds of [0, 18]) {
    const times = await withServer(
      async completion => {
        await delay(asksForSummary(completion) ? summarySeconds * 1000 : replyMs, undefined, { ref: false })
        if (!completion.response.destroyed) completion.delta('글').finish()
      },
      async url => {
        const visitor = new Visitor(url)
        await visitor.json('GET', '/api/conversations')
        const talks = await Promise.all(Array.from({ length: conversations }, () => Talk.begin(visitor)))
        const times: number[] = []
        for (let turn = 0; turn < turnsEach; turn++) {
          for (const talk of talks) {
            const began = performance.now()
            await talk.say('안녕하세요')
            // The first ones warm up.
            if (turn > 0) times.push(performance.now() - began)
          }
        }
        return times
      },
      env,
    )
    const median = quantile(times, 0.5)
    without ||= median
    rows.push({
      database: name,
      'summary takes (s)': summarySeconds,
      'reply, median (s)': seconds(median),
      'reply, p95 (s)': seconds(quantile(times, 0.95)),
      'median / that at 0 s': Number((median / without).toFixed(3)),
    })
  }
})
await report('summary', rows)
