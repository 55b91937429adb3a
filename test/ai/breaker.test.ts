import fakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { Breaker, type Verdict } from '../../src/ai/breaker.ts'

t.test('the breaker opens when nothing has succeeded for 20 attempts in a row and 10 s', async t => {
  const { clock, breaker, attempt } = closed(t)
  for (let count = 0; count < 100; count++) await attempt('failure')
  t.equal(breaker.state, 'closed', 'many failures at the same moment are one blip')
  clock.tick(9_999)
  await attempt('failure')
  t.equal(breaker.state, 'closed')
  clock.tick(1)
  await attempt('failure')
  t.equal(breaker.state, 'open')
})

t.test('a clock that is set back keeps the breaker open no longer', async t => {
  const { clock, breaker, attempt } = closed(t)
  for (let count = 0; count < 20; count++) await attempt('failure')
  clock.tick(10_000)
  await attempt('failure')
  t.equal(breaker.state, 'open')
  clock.setSystemTime(Date.now() - 9 * 3_600_000)
  clock.tick(9_999)
  t.match(await attempt('success'), { outcome: 'unavailable', reason: 'circuit-open' })
  clock.tick(1)
  await attempt('success')
  t.equal(breaker.state, 'closed')
})

t.test('few failures over a long time do not open the breaker', async t => {
  const { clock, breaker, attempt } = closed(t)
  for (let count = 0; count < 19; count++) {
    await attempt('failure')
    clock.tick(60_000)
  }
  t.equal(breaker.state, 'closed')
  await attempt('failure')
  t.equal(breaker.state, 'open')
})

t.test('one success ends the row of failures; 429 and given-up attempts neither end nor lengthen it', async t => {
  const { clock, breaker, attempt } = closed(t)
  const fail = async (count: number) => {
    for (; count > 0; count--) await attempt('failure')
    clock.tick(10_000)
  }
  await fail(19)
  await attempt('success')
  await fail(19)
  for (let count = 0; count < 50; count++) await attempt(count % 2 ? 'busy' : 'unknown')
  t.equal(breaker.state, 'closed')
  await attempt('failure')
  t.equal(breaker.state, 'open')
})

t.test('an open breaker sends nothing, and the refusal says since when and until when', async t => {
  const { clock, attempt } = await opened(t)
  clock.tick(3_500)
  t.match(await attempt('success'), {
    outcome: 'unavailable',
    reason: 'circuit-open',
    detail: "the model's server has not answered for 14 s; try again in 7 s",
  })
  t.equal(attempt.count, 20)
})

t.test('the breaker lets one probe through; others are refused until it has ended', async t => {
  const { clock, breaker, attempt } = await opened(t)
  clock.tick(10_000)
  const probe = Promise.withResolvers<Verdict>()
  const probing = attempt(probe.promise)
  t.equal(breaker.state, 'half-open')
  t.match(await attempt('success'), { reason: 'circuit-open', detail: /try again in 1 s/ })
  t.equal(attempt.count, 21)
  probe.resolve('success')
  t.same(await probing, { verdict: 'success' })
  t.equal(breaker.state, 'closed')
  t.same(await attempt('failure'), { verdict: 'failure' })
  t.equal(breaker.state, 'closed', 'the row of failures starts again')
})

for (const verdict of ['failure', 'unknown'] as const) {
  t.test(`a probe that ends as ${verdict} opens the breaker again`, async t => {
    const { clock, breaker, attempt } = await opened(t)
    clock.tick(10_000)
    t.same(await attempt(verdict), { verdict })
    t.equal(breaker.state, 'open')
    clock.tick(9_999)
    t.match(await attempt('success'), { reason: 'circuit-open' })
    clock.tick(1)
    t.same(await attempt('success'), { verdict: 'success' })
    t.equal(breaker.state, 'closed')
  })
}

t.test('a probe that is answered with 429 shows that the upstream is there', async t => {
  const { clock, breaker, attempt } = await opened(t)
  clock.tick(10_000)
  t.same(await attempt('busy'), { verdict: 'busy' })
  t.equal(breaker.state, 'closed')
})

t.test('attempts that began before the breaker opened do not change it', async t => {
  const { clock, breaker, attempt } = closed(t)
  const late = Promise.withResolvers<Verdict>()
  const other = Promise.withResolvers<Verdict>()
  const pending = [attempt(late.promise), attempt(other.promise)]
  for (let count = 0; count < 20; count++) await attempt('failure')
  clock.tick(10_000)
  await attempt('failure')
  t.equal(breaker.state, 'open')
  late.resolve('failure')
  other.resolve('success')
  await Promise.all(pending)
  t.equal(breaker.state, 'open')
})

t.test('the breaker rethrows an error of our own, and does not count it', async t => {
  const { breaker } = closed(t)
  for (let count = 0; count < 30; count++)
    await t.rejects(
      breaker.run(
        () => Promise.reject(new Error('ours')),
        () => 'failure',
      ),
      { message: 'ours' },
    )
  t.equal(breaker.state, 'closed')
})

function closed(t: Test) {
  const clock = fakeTimers.install({ toFake: ['Date', 'performance'], now: 1_790_000_000_000 })
  t.teardown(() => clock.uninstall())
  const breaker = new Breaker({ breakerFailures: 20, breakerMs: 10_000 })
  const attempt = Object.assign(
    (verdict: Verdict | Promise<Verdict>) =>
      breaker.run(
        async () => {
          attempt.count++
          return { verdict: await verdict }
        },
        result => result.verdict,
      ),
    { count: 0 },
  )
  return { clock, breaker, attempt }
}

async function opened(t: Test) {
  const made = closed(t)
  for (let count = 0; count < 19; count++) await made.attempt('failure')
  made.clock.tick(10_000)
  await made.attempt('failure')
  t.equal(made.breaker.state, 'open')
  return made
}
