import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { withContext } from './support/context.ts'
import { pinLoad } from './support/cores.ts'
import { read } from './support/load.ts'
import { onEachBackend, quantile, report } from './support/measure.ts'
import { Model } from './support/model.ts'
import { anyReview, startConch, submitTask } from './support/subjects.ts'

/** The stream that is watched, and the tasks that are created meanwhile. */
const pace = { tokens: 800, perSecond: 40 }
const postsPerSecond = 20

/** A token that comes later than this after the one before is a gap. */
const gapMs = 50

const rounds = Number(process.env.ROUNDS ?? 3)

/** Another checkout, which is measured as well. */
const checkouts = [...(process.env.CHECKOUT ? [process.env.CHECKOUT] : []), undefined]

/**
 * Gaps in a stream of 40 tokens a second for 20 s, while 20 tasks a second are created and run, beside the same stream alone: each
 * in a process that has just started, on a folder that exists, with all cores. The worst of three rounds.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  const rows: Record<string, unknown>[] = []
  await onEachBackend(async ({ name, env }) => {
    for (const checkout of checkouts) {
      const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
      t.teardown(() => rm(folder, { recursive: true, force: true }))
      const start = (t: Test) =>
        startConch(t, {
          checkout,
          pinned: false,
          env: { OPENAI_BASE_URL: model.baseUrl, DATA_DIR: folder, ...env },
        })
      await withContext(async t => void (await start(t)))
      for (const posts of [0, postsPerSecond]) {
        const found: number[][] = []
        for (let round = 0; round < rounds; round++)
          await withContext(async t => void found.push(await gapsOf(await start(t), model, posts)))
        rows.push({
          server: `${checkout ?? 'Conch'}, ${name}`,
          'POSTs a second': posts,
          'gaps over 50 ms, most in a round': Math.max(...found.map(gaps => gaps.filter(ms => ms > gapMs).length)),
          'longest (ms)': Math.round(Math.max(...found.flat())),
          'p99 (ms)': Math.round(quantile(found.flat(), 0.99)),
        })
      }
    }
  })
  await report('gaps', rows)
})

/** Milliseconds between the pieces of a stream. */
async function gapsOf(conch: Awaited<ReturnType<typeof startConch>>, model: Model, posts: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true })
  const ended = new AbortController()
  const gaps: number[] = []
  try {
    model.pace = pace
    const stream = await conch.open(agent)
    let beside: Promise<void> | undefined
    let last = 0
    await read(stream, (bytes, at) => {
      if (last > 0) gaps.push(at - last)
      else if (!bytes.includes('text-delta')) return
      last = at
      if (beside) return
      // The model has begun; what is created beside it is short.
      model.pace = { tokens: 20 }
      beside = posts > 0 ? submitAll(conch.url, posts, agent, ended.signal) : Promise.resolve()
    })
    ended.abort()
    await beside
  } finally {
    agent.destroy()
  }
  return gaps
}

async function submitAll(url: string, perSecond: number, agent: Agent, signal: AbortSignal): Promise<void> {
  const sent: Promise<unknown>[] = []
  while (!signal.aborted) {
    sent.push(submitTask(`${url}/api/reviews`, anyReview, agent))
    await delay(1000 / perSecond)
  }
  await Promise.all(sent)
}
