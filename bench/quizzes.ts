import { setTimeout as delay } from 'node:timers/promises'
import type { UpstreamCompletion } from '../test/support/upstream.ts'
import { Visitor } from '../test/support/visitor.ts'
import { onEachBackend, quantile, report, seconds, withServer } from './support/measure.ts'

/** How long the upstream takes for one quiz: a piece every 100 ms. */
const pieces = 100
const pieceMs = 100

/** The quiz maker's hundredth user waited 25 minutes, with four threads. */
const bursts = [1, 100]

const rounds = Number(process.env.ROUNDS ?? 3)

interface Burst {
  /** Milliseconds until the last 202. */
  posted: number
  /** Milliseconds until each quiz was ready. */
  ready: number[]
}

/**
 * 100 quizzes at once must be ready when one is: the last within 1.15 times the time of a single one, each burst in a process that has just
 * started, so that its first requests count. Medians of three rounds.
 */
const rows: Record<string, unknown>[] = []
await onEachBackend(async ({ name, env }) => {
  const found = new Map<number, Burst[]>(bursts.map(quizzes => [quizzes, []]))
  for (let round = 0; round < rounds; round++)
    for (const quizzes of bursts) found.get(quizzes)?.push(await withServer(paced, url => atOnce(url, quizzes), env))
  let single = 0
  for (const [quizzes, measured] of found) {
    const median = (figure: (burst: Burst) => number) => quantile(measured.map(figure), 0.5)
    const last = median(({ ready }) => Math.max(...ready))
    if (quizzes === 1) single = last
    rows.push({
      database: name,
      quizzes,
      'POST answered, last (s)': seconds(median(({ posted }) => posted)),
      'ready, median (s)': seconds(median(({ ready }) => quantile(ready, 0.5))),
      'ready, last (s)': seconds(last),
      'last / single': Number((last / single).toFixed(3)),
    })
  }
})
await report('quizzes', rows)

/** Each of an owner of its own. @throws when a quiz is not whole */
async function atOnce(url: string, quizzes: number): Promise<Burst> {
  const began = performance.now()
  const posted: number[] = []
  const ready = await Promise.all(
    Array.from({ length: quizzes }, async () => {
      const visitor = new Visitor(url)
      const id = await visitor.submit('/api/quizzes', { topic: '태양계' })
      posted.push(performance.now() - began)
      await visitor.finished(id)
      const { body } = await visitor.json<{ status: string }>('GET', `/api/quizzes/${id}`)
      if (body.status !== 'completed') throw new Error(`quiz ${id} is ${JSON.stringify(body)}`)
      return performance.now() - began
    }),
  )
  return { posted: Math.max(...posted), ready }
}

async function paced(completion: UpstreamCompletion): Promise<void> {
  const questions = Array.from({ length: 5 }, (_, index) => ({
    question: `${index + 1}번째 행성은 무엇인가요?`,
    choices: ['수성', '금성', '지구', '화성'],
    answer: index % 4,
    explanation: '태양에서 가까운 차례대로 센 것입니다.',
  }))
  const text = JSON.stringify({ questions })
  const size = Math.ceil(text.length / pieces)
  const began = performance.now()
  for (let piece = 0; piece < pieces; piece++) {
    if (completion.response.destroyed) return
    const content = text.slice(piece * size, (piece + 1) * size)
    if (content) completion.delta(content)
    await delay(Math.max(0, began + (piece + 1) * pieceMs - performance.now()))
  }
  completion.finish()
}
