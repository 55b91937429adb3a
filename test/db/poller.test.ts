import FakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { Poller } from '../../src/db/poller.ts'

/** A poller under a fake clock; `polls` are the seconds at which it polled. */
async function polling(t: Test, backend: 'postgres' | 'pglite', take: () => Promise<boolean> = async () => false) {
  const clock = FakeTimers.install()
  t.teardown(() => clock.uninstall())
  const polls: number[] = []
  const faults: unknown[] = []
  const poller = new Poller(
    () => {
      polls.push(clock.now / 1000)
      return take()
    },
    error => faults.push(error),
    { backend },
  )
  t.teardown(() => poller.stop())
  poller.start()
  await clock.tickAsync(0)
  return { clock, poller, polls, faults }
}

t.test('on Postgres it polls every two seconds, for jobs of other processes', async t => {
  const { clock, polls } = await polling(t, 'postgres')
  await clock.tickAsync(10_000)
  t.same(polls, [0, 2, 4, 6, 8, 10])
})

t.test('on a database of its own it polls ever less often, and as before once it was woken', async t => {
  const { clock, polls, poller } = await polling(t, 'pglite')
  await clock.tickAsync(62_000)
  t.same(polls, [0, 2, 6, 14, 30, 46, 62])
  polls.length = 0
  poller.wake()
  await clock.tickAsync(6_025)
  t.same(polls, [62.025, 64.025, 68.025])
})

t.test('after a fault it polls again in two seconds', async t => {
  const fault = new Error('away')
  const { clock, polls, faults } = await polling(t, 'pglite', () => Promise.reject(fault))
  await clock.tickAsync(6_000)
  t.same(polls, [0, 2, 4, 6])
  t.same(faults, [fault, fault, fault, fault])
})

t.test('at once when there may be more, and jobs that come within 25 ms are taken in one batch', async t => {
  let more = 3
  const { clock, polls, poller } = await polling(t, 'postgres', async () => --more > 0)
  t.same(polls, [0, 0, 0])
  polls.length = 0
  poller.wake()
  await clock.tickAsync(10)
  poller.wake()
  t.same(polls, [])
  await clock.tickAsync(20)
  t.same(polls, [0.025])
})
