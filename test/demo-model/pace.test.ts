import t from 'tap'
import { type Clock, paced, systemClock } from '../../src/demo-model/pace.ts'
import { seededRandom } from '../../src/demo-model/random.ts'

const never = new AbortController().signal

/** A clock that moves only by waiting, which always takes `lateMs` too long. */
function clockOf(lateMs: number): Clock & { waits: number[] } {
  let time = 500
  const waits: number[] = []
  return {
    waits,
    now: () => time,
    async wait(ms) {
      waits.push(ms)
      time += ms + lateMs
    },
  }
}

async function timesOf(clock: Clock, perSecond: number, count: number): Promise<number[]> {
  const start = clock.now()
  const times: number[] = []
  const random = seededRandom('pace').next
  for await (const _ of paced(Array(count).keys(), { perSecond, signal: never, random, clock }))
    times.push(clock.now() - start)
  return times
}

t.test('late timers do not add up: every item keeps its own time', async t => {
  const times = await timesOf(clockOf(3), 40, 1000)
  for (const [index, time] of times.entries()) {
    const due = (index + 1) * 25
    if (Math.abs(time - due) > 25 / 3 + 4) t.fail(`item ${index} came at ${time} instead of ${due}`)
  }
  t.equal(times.length, 1000)
})

t.test('the intervals vary', async t => {
  const times = await timesOf(clockOf(0), 40, 50)
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  t.ok(new Set(intervals).size > 5)
})

t.test('a slow reader gets overdue items at once', async t => {
  const clock = clockOf(200)
  await timesOf(clock, 40, 9)
  t.same(clock.waits.slice(1), Array(8).fill(0))
})

t.test('at a pace beyond timers no time is waited for, but the others get their turn', async t => {
  let turns = 0
  const turn = () => {
    turns += 1
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  let items = 0
  for await (const _ of paced(Array(100).keys(), {
    perSecond: 1e6,
    signal: never,
    random: () => 0.5,
    clock: systemClock,
  }))
    items += 1
  clearImmediate(next)
  t.equal(items, 100)
  t.ok(turns >= 99)
})

t.test('an abort ends the wait at once, without an error', async t => {
  const controller = new AbortController()
  const items = paced(['one', 'two'], { perSecond: 1 / 3600, signal: controller.signal, random: () => 0.5 })
  const first = items.next()
  controller.abort(new Error('gone'))
  t.same(await first, { value: undefined, done: true })
})

t.test('a clock that fails is a fault', async t => {
  const clock = { now: () => 0, wait: () => Promise.reject(new Error('broken clock')) }
  await t.rejects(paced(['one'], { perSecond: 1, signal: never, random: () => 0.5, clock }).next(), {
    message: 'broken clock',
  })
})
