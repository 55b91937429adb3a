import FakeTimers from '@sinonjs/fake-timers'
import t from 'tap'
import type { Overview } from '../../src/operations/api-schemas.ts'
import { OverviewFeed } from '../../src/operations/overview-feed.ts'
import type { OverviewStream } from '../../src/operations/overview-stream.ts'
import type { Timers } from '../../src/sse/sse-stream.ts'
import { closed } from '../support/closed.ts'
import { RecordedResponse } from '../support/recorded-response.ts'

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

/** A client of a stream, and what it gets. */
function listen(stream: OverviewStream | undefined) {
  if (!stream) throw new Error('there is no room')
  const texts: string[] = []
  const client = RecordedResponse.of(stream, bytes => texts.push(String(bytes)))
  return { stream, client, texts }
}

const overview = (number: number) =>
  `data: {"type":"data-overview","id":"overview","data":{"at":"overview ${number}"},"transient":true}\n\n`

t.test('one overview every two seconds for all listeners, none without listeners', async t => {
  const { feed, reads, pass, pending } = numbered(() => {})
  const { client: one, texts: first } = listen(feed.join())
  await pass(0)
  t.match(first[0], /^: open\nretry: [123]\d{3}\n\n$/)
  t.equal(first[1], overview(1))
  const { client: other, texts: second } = listen(feed.join())
  await pass(0)
  t.equal(second[1], overview(1), 'a later listener gets one at once')
  await pass(1_999)
  t.equal(reads(), 1)
  await pass(1)
  t.same([first[2], second[2]], [overview(2), overview(2)])
  one.destroy()
  await pass(2_000)
  t.same([first.length, second.length], [3, 4])
  other.destroy()
  await pass(0)
  t.equal(pending(), 0)
  t.equal(reads(), 3)
  const { texts: later } = listen(feed.join())
  await pass(0)
  t.equal(later[1], overview(4), 'no one gets an old overview')
})

t.test('a slow reader gets the newest overview; after half a minute without reading it is dropped', async t => {
  const { feed, pass } = numbered(() => {})
  listen(feed.join())
  const { stream, client, texts } = listen(feed.join())
  await pass(0)
  client.reading = false
  await pass(6_000)
  t.same(texts.slice(1), [overview(1), overview(2)], 'the second was already being sent')
  client.reading = true
  t.same(texts.slice(3), [overview(4)])
  client.reading = false
  await pass(40_000)
  t.ok(stream.destroyed)
})

t.test(
  'when an overview cannot be read, all listeners are dropped, and one that reconnects gets a new one',
  async t => {
    const { feed, faults, pass } = numbered(number => {
      if (number === 2) throw new Error('the database is unavailable')
    })
    const { stream } = listen(feed.join())
    const dropped = closed(stream)
    await pass(2_000)
    await dropped
    t.equal(faults.length, 1)
    const { texts: again } = listen(feed.join())
    await pass(0)
    t.equal(again[1], overview(3))
  },
)

t.test('fifty may listen; after close, none', async t => {
  const { feed, pass, pending } = numbered(() => {})
  const clients = Array.from({ length: 50 }, () => listen(feed.join()))
  t.equal(feed.join(), undefined)
  clients[0]?.client.destroy()
  await pass(0)
  clients.push(listen(feed.join()))
  const dropped = clients.map(({ stream }) => closed(stream))
  await feed.close()
  await Promise.all(dropped)
  t.equal(feed.join(), undefined)
  t.equal(pending(), 0)
})
