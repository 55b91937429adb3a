import FakeTimers from '@sinonjs/fake-timers'
import t from 'tap'
import { OverviewFeed } from '../../src/operations/overview-feed.ts'
import type { OverviewStream } from '../../src/operations/overview-stream.ts'
import type { Overview } from '../../src/operations/schemas.ts'
import type { Timers } from '../../src/tasks/sse-stream.ts'

/** A feed of overviews that are numbered in `at`. */
function numbered(read?: (number: number) => void) {
  const clock = FakeTimers.createClock()
  const faults: unknown[] = []
  let reads = 0
  const feed = new OverviewFeed(
    async () => {
      read?.(++reads)
      return { at: `overview ${reads}` } as Overview
    },
    clock as unknown as Timers,
    error => void faults.push(error),
  )
  return {
    feed,
    faults,
    reads: () => reads,
    pass: (ms: number) => clock.tickAsync(ms),
    pending: () => clock.countTimers(),
  }
}

/** What a listener gets, as it comes. */
function heard(stream: OverviewStream | undefined): string[] {
  const texts: string[] = []
  stream?.on('data', bytes => texts.push(String(bytes)))
  return texts
}

const overview = (number: number) =>
  `data: {"type":"data-overview","id":"overview","data":{"at":"overview ${number}"},"transient":true}\n\n`

t.test('one overview every two seconds for all who listen, none while nobody does', async t => {
  const { feed, reads, pass, pending } = numbered(() => {})
  const one = feed.join()
  const first = heard(one)
  await pass(0)
  t.match(first[0], /^: open\nretry: [123]\d{3}\n\n$/)
  t.equal(first[1], overview(1))
  const other = feed.join()
  const second = heard(other)
  await pass(0)
  t.equal(second[1], overview(1), 'who comes later waits for nothing')
  await pass(1_999)
  t.equal(reads(), 1)
  await pass(1)
  t.same([first[2], second[2]], [overview(2), overview(2)])
  one?.destroy()
  await pass(2_000)
  t.same([first.length, second.length], [3, 4])
  other?.destroy()
  await pass(0)
  t.equal(pending(), 0)
  t.equal(reads(), 3)
  const later = heard(feed.join())
  await pass(0)
  t.equal(later[1], overview(4), 'nobody is told what is old')
})

t.test('for who does not read, the newest one is kept; after half a minute it is dropped', async t => {
  const { feed, pass } = numbered(() => {})
  heard(feed.join())
  const slow = feed.join()
  await pass(6_000)
  const texts = heard(slow)
  await pass(0)
  t.same(texts.slice(1), [overview(4)])
  slow?.pause()
  await pass(40_000)
  t.ok(slow?.destroyed)
})

t.test('when there is none, all are dropped, and who comes back is told anew', async t => {
  const { feed, faults, pass } = numbered(number => {
    if (number === 2) throw new Error('the database is away')
  })
  const stream = feed.join()
  heard(stream)
  await pass(2_000)
  t.ok(stream?.destroyed)
  t.equal(faults.length, 1)
  const again = heard(feed.join())
  await pass(0)
  t.equal(again[1], overview(3))
})

t.test('there is room for fifty; closed, for nobody', async t => {
  const { feed, pass, pending } = numbered(() => {})
  const streams = Array.from({ length: 50 }, () => feed.join())
  t.equal(feed.join(), undefined)
  streams[0]?.destroy()
  await pass(0)
  t.ok(feed.join())
  await feed.close()
  await pass(0)
  t.ok(streams.every(stream => stream?.destroyed))
  t.equal(feed.join(), undefined)
  t.equal(pending(), 0)
})
