import t from 'tap'
import { AfterBurst } from '../../src/base/after-burst.ts'

t.test('the call follows once, when all that is under way is done', async t => {
  let calls = 0
  const burst = new AfterBurst(() => calls++, 60_000)
  const works = Array.from({ length: 3 }, () => Promise.withResolvers<number>())
  const done = works.map(({ promise }) => burst.during(() => promise))
  works[0]?.resolve(1)
  t.equal(await done[0], 1)
  works[1]?.reject(new Error('a fault'))
  await t.rejects(done[1] as Promise<number>, { message: 'a fault' })
  t.equal(calls, 0)
  works[2]?.resolve(3)
  await done[2]
  t.equal(calls, 1)

  await burst.during(async () => {})
  t.equal(calls, 2, 'alone, it follows at once')
})

t.test('while more work keeps coming, the call comes in time', async t => {
  const called = Promise.withResolvers<void>()
  let calls = 0
  const burst = new AfterBurst(() => {
    calls++
    called.resolve()
  }, 1)
  const endless = Promise.withResolvers<void>()
  const last = burst.during(() => endless.promise)
  await burst.during(async () => {})
  t.equal(calls, 0, 'not while there may be time')
  await called.promise
  endless.resolve()
  await last
  t.equal(calls, 2, 'and once more for what was stored since')
})
