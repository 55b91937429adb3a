import fakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import type { Completion } from '../../src/ai/completion.ts'
import type { Unavailable } from '../../src/ai/errors.ts'
import { type Retry, withRetries } from '../../src/ai/retry.ts'

const limits = { maxRetries: 3, retryDelayMs: 2000, maxRetryDelayMs: 30_000, maxRetryAfterMs: 120_000 }
const away: Unavailable = { outcome: 'unavailable', reason: 'server-error', status: 503, detail: 'away' }
const done: Completion = { outcome: 'completed' }

t.test('only a completion that could not begin is retried, three times', async t => {
  const run = start(t, [away, away, away, away, done])
  await run.clock.runAllAsync()
  t.match(await run.completion, { outcome: 'unavailable', detail: 'away, 4 times in a row' })
  t.equal(run.asked(), 4)
  for (const outcome of ['truncated', 'stalled', 'broken', 'rejected', 'length', 'aborted', 'completed'] as const) {
    const other = start(t, [{ outcome, detail: '' } as Completion, done])
    t.match(await other.completion, { outcome })
    t.equal(other.asked(), 1, outcome)
  }
})

t.test('waits double from 2 s on, each between half and one and a half of it, up to the longest', async t => {
  for (const [random, delays] of [
    [0, [1000, 2000, 4000]],
    [0.5, [2000, 4000, 8000]],
    [1, [3000, 6000, 12_000]],
  ] as const) {
    const run = start(t, [away, away, away, done], { random })
    await run.clock.runAllAsync()
    t.same(await run.completion, done)
    t.same(
      run.retries.map(({ delayMs }) => delayMs),
      delays,
    )
  }
  const long = start(t, Array(7).fill(away), { maxRetries: 6 })
  await long.clock.runAllAsync()
  t.same(
    long.retries.map(({ delayMs }) => delayMs),
    [2000, 4000, 8000, 16_000, 30_000, 30_000],
  )
})

t.test('onRetry is called before the wait, the request sent after it', async t => {
  const run = start(t, [away, done])
  await run.clock.tickAsync(1999)
  t.same(run.retries, [{ retry: 1, reason: 'server-error', status: 503, delayMs: 2000 }])
  t.equal(run.asked(), 1)
  t.equal(run.over(), 0)
  await run.clock.tickAsync(2)
  t.equal(run.asked(), 2)
  t.equal(run.over(), 1)
  t.same(await run.completion, done)
})

t.test('an upstream that names a time gets the retry then, or a little later', async t => {
  const limited: Unavailable = { ...away, reason: 'rate-limited', retryAfterMs: 120_000 }
  for (const [random, delayMs] of [
    [0, 120_000],
    [1, 132_000],
  ] as const) {
    const run = start(t, [limited, done], { random })
    await run.clock.tickAsync(119_000)
    t.equal(run.asked(), 1)
    await run.clock.runAllAsync()
    t.match(run.retries, [{ reason: 'rate-limited', delayMs }])
    t.same(await run.completion, done)
  }
})

t.test('a wait beyond the limit ends the retries at once, and the detail says when to return', async t => {
  const run = start(t, [{ ...away, retryAfterMs: 120_001 }, done])
  t.match(await run.completion, { outcome: 'unavailable', detail: 'away; try again in 121 s' })
  t.equal(run.asked(), 1)
  const later = start(t, [away, { ...away, retryAfterMs: 3_600_000 }, done])
  await later.clock.runAllAsync()
  t.match(await later.completion, { detail: 'away, 2 times in a row; try again in 3600 s' })
})

t.test('a hopeless fault and a refusal by an open circuit are not retried', async t => {
  for (const fault of [
    { ...away, hopeless: true },
    { ...away, reason: 'circuit-open' as const },
  ]) {
    const run = start(t, [fault, done])
    t.match(await run.completion, { outcome: 'unavailable', detail: 'away' })
    t.equal(run.asked(), 1)
  }
})

t.test('aborting ends a wait at once and leaves no timer', async t => {
  const run = start(t, [away, done])
  await run.clock.tickAsync(1000)
  run.abort()
  await run.clock.tickAsync(0)
  t.same(await run.completion, { outcome: 'aborted' })
  t.equal(run.asked(), 1)
  t.equal(run.over(), 1, 'the end of the wait is reported')
  t.equal(run.clock.countTimers(), 0)
})

t.test('aborting in onRetry keeps the wait from beginning', async t => {
  const run = start(t, [away, done], { onRetry: () => run.abort() })
  await run.clock.tickAsync(0)
  t.same(await run.completion, { outcome: 'aborted' })
  t.equal(run.clock.countTimers(), 0)
})

t.test('retries can be switched off', async t => {
  const run = start(t, [away, done], { maxRetries: 0 })
  t.match(await run.completion, { outcome: 'unavailable', detail: 'away' })
})

function start(
  t: Test,
  outcomes: Completion[],
  { random = 0.5, maxRetries = limits.maxRetries, onRetry = () => {} } = {},
) {
  const clock = fakeTimers.install()
  t.teardown(() => clock.uninstall())
  const controller = new AbortController()
  const retries: Retry[] = []
  let asked = 0
  let over = 0
  const completion = withRetries(async () => outcomes[asked++] as Completion, {
    signal: controller.signal,
    limits: { ...limits, maxRetries },
    random: () => random,
    onRetry(retry) {
      retries.push(retry)
      onRetry()
      return () => {
        over++
      }
    },
  })
  const result = completion.finally(() => clock.uninstall())
  return { clock, completion: result, retries, asked: () => asked, over: () => over, abort: () => controller.abort() }
}
