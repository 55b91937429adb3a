import t from 'tap'
import { Watchdog } from '../../../src/db/embedded/watchdog.ts'

const limits = { patienceMs: 5, graceMs: 5 }

/** Keeps this process alive: the watchdog's own timers do not. */
const alive = setInterval(() => {}, 1_000)
t.teardown(() => clearInterval(alive))

t.test('an answer that never comes is noticed, however often one is expected', async () => {
  await new Promise<void>(resolve => {
    const watchdog = new Watchdog(resolve, limits)
    for (let sent = 0; sent < 3; sent++) watchdog.expect()
  })
})

t.test('one that came is forgotten, also while the process grants it a little more time', async t => {
  const hung: string[] = []
  const relaxed = new Watchdog(() => hung.push('relaxed'), limits)
  relaxed.expect()
  relaxed.relax()
  const late = new Watchdog(() => hung.push('late'), { patienceMs: 5, graceMs: 600_000 })
  late.expect()
  await new Promise<void>(resolve => {
    const other = new Watchdog(resolve, { patienceMs: 20, graceMs: 20 })
    other.expect()
  })
  late.relax()
  t.same(hung, [])
  relaxed.expect()
  relaxed.relax()
})
