import FakeTimers from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { Poller } from '../../src/db/poller.ts'

/** A poller under a fake clock; `looks` are the seconds at which it looked. */
async function polling(t: Test, backend: 'postgres' | 'pglite', take: () => Promise<boolean> = async () => false) {
  const clock = FakeTimers.install()
  t.teardown(() => clock.uninstall())
  const looks: number[] = []
  const faults: unknown[] = []
  const poller = new Poller(
    () => {
      looks.push(clock.now / 1000)
      return take()
    },
    error => faults.push(error),
    { backend },
  )
  t.teardown(() => poller.stop())
  poller.start()
  await clock.tickAsync(0)
  return { clock, poller, looks, faults }
}

t.test('on Postgres it looks every two seconds, for what others have put there', async t => {
  const { clock, looks } = await polling(t, 'postgres')
  await clock.tickAsync(10_000)
  t.same(looks, [0, 2, 4, 6, 8, 10])
})

t.test('on a database of its own it looks ever less often, and as before once it was woken', async t => {
  const { clock, looks, poller } = await polling(t, 'pglite')
  await clock.tickAsync(62_000)
  t.same(looks, [0, 2, 6, 14, 30, 46, 62])
  looks.length = 0
  poller.wake()
  await clock.tickAsync(6_025)
  t.same(looks, [62.025, 64.025, 68.025])
})

t.test('after a fault it looks again in two seconds', async t => {
  const fault = new Error('away')
  const { clock, looks, faults } = await polling(t, 'pglite', () => Promise.reject(fault))
  await clock.tickAsync(6_000)
  t.same(looks, [0, 2, 4, 6])
  t.same(faults, [fault, fault, fault, fault])
})

t.test('at once when there may be more, and what comes within 25 ms is taken together', async t => {
  let more = 3
  const { clock, looks, poller } = await polling(t, 'postgres', async () => --more > 0)
  t.same(looks, [0, 0, 0])
  looks.length = 0
  poller.wake()
  await clock.tickAsync(10)
  poller.wake()
  t.same(looks, [])
  await clock.tickAsync(20)
  t.same(looks, [0.025])
})
