import t, { type Test } from 'tap'
import { Postponed } from '../../src/domain-events/handler.ts'
import { breakerFailures, openMs } from '../../src/notifications/endpoint-breaker.ts'
import { EndpointGate, maxAtOnce, maxAtOncePushService } from '../../src/notifications/endpoint-gate.ts'
import { NotDelivered } from '../../src/notifications/post.ts'

const never = new AbortController().signal

/** A gate with a clock of its own, and requests that end when the test ends them. */
function underTest() {
  let now = 0
  const gate = new EndpointGate(() => now)
  return {
    gate,
    pass: (ms: number) => {
      now += ms
    },
    /** Begins a request. Returns how long it was put off, or what ends it. */
    async begin(ownerId: string, url: string, signal = never) {
      const work = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<'begun'>()
      const through = gate.through({ ownerId, url }, signal, () => {
        begun.resolve('begun')
        return work.promise
      })
      const ended = through.catch(error => error)
      const first = await Promise.race([begun.promise, ended])
      if (first instanceof Postponed) return { putOffMs: first.afterMs }
      return {
        answer() {
          work.resolve()
          return ended
        },
        fail(error: Error) {
          work.reject(error)
          return ended
        },
      }
    },
  }
}

type Begun = Awaited<ReturnType<ReturnType<typeof underTest>['begin']>>
const unanswered = () => new NotDelivered('webhook', 'no answer in time')

async function fail(t: Test, begun: Begun, error: Error = unanswered()) {
  t.equal(await begun.fail?.(error), error, 'it was sent')
}

t.test(
  'two concurrent requests go to a hostname and for an owner, whatever the path, the port or a final dot',
  async t => {
    for (const [first, others] of [
      ['https://a.test/1', ['https://a.test/2', 'https://A.test:8443/3', 'https://a.test./4']],
      ['https://[2001:db8::1]/', ['https://[2001:db8:0::1]:81/']],
    ] as const) {
      const { begin } = underTest()
      const running = [await begin('1', first), await begin('2', first)]
      t.same(
        running.map(({ putOffMs }) => putOffMs),
        Array(maxAtOnce).fill(undefined),
      )
      for (const [index, url] of others.entries()) t.match(await begin(`3${index}`, url), { putOffMs: Number }, url)
      t.match(await begin('4', 'https://b.test/'), { putOffMs: undefined }, 'another host is free')
      await running[0]?.answer?.()
      t.match(await begin('5', others[0]), { putOffMs: undefined })
    }
    const { begin } = underTest()
    for (const n of [1, 2]) await begin('1', `https://host-${n}.test/`)
    t.match(await begin('1', 'https://host-3.test/'), { putOffMs: Number })
    t.match(await begin('2', 'https://host-3.test/'), { putOffMs: undefined })
  },
)

t.test('the push services of browser makers have more places, and a host with a similar name has not', async t => {
  for (const host of [
    'fcm.googleapis.com',
    'updates.push.services.mozilla.com',
    'web.push.apple.com',
    'wns2-par02p.notify.windows.com',
  ]) {
    const { begin } = underTest()
    for (let owner = 0; owner < maxAtOncePushService; owner++)
      t.match(await begin(String(owner), `https://${host}/${owner}`), { putOffMs: undefined })
    t.match(await begin('x', `https://${host}/x`), { putOffMs: Number })
  }
  for (const host of [
    'fcm.googleapis.com.evil.test',
    'evil-push.apple.com',
    'xnotify.windows.com',
    'fcmXgoogleapis.com',
  ]) {
    const { begin } = underTest()
    for (const owner of ['1', '2']) await begin(owner, `https://${host}/`)
    t.match(await begin('3', `https://${host}/`), { putOffMs: Number }, host)
  }
})

t.test('postponed requests come back one after the other, as fast as the host answers', async t => {
  const { begin, pass } = underTest()
  const running = [await begin('1', 'https://a.test/'), await begin('2', 'https://a.test/')]
  pass(5_000)
  for (const one of running) await one.answer?.()
  for (const owner of ['3', '4']) await begin(owner, 'https://a.test/')
  const waits: number[] = []
  for (let n = 0; n < 100; n++) waits.push((await begin(`5${n}`, 'https://a.test/')).putOffMs ?? 0)
  t.same(
    waits,
    waits.toSorted((a, b) => a - b),
    'each later than the one before',
  )
  t.ok((waits[0] ?? 0) >= 200 && (waits[9] ?? 0) > 5_000, 'a slow host does not get request after request')
  t.ok(
    waits.every(ms => ms <= 60_000),
    'but none waits long after the host has become free',
  )
})

t.test('an endpoint that does not answer gets no requests, longer each time, and is probed by one', async t => {
  const { begin, pass } = underTest()
  const url = 'https://a.test/hook'
  for (let n = 0; n < breakerFailures; n++) {
    await (await begin('x', 'https://a.test/other')).answer?.()
    await fail(t, await begin(`${n}`, url))
  }
  for (let open = openMs.first; open <= openMs.most; open *= 2) {
    t.same(await begin('1', url), { putOffMs: open })
    pass(open - 1)
    t.same(await begin('1', url), { putOffMs: 1 })
    pass(1)
    const probe = await begin('1', url)
    t.match(await begin('2', url), { putOffMs: Number }, 'the others wait for the probe elsewhere')
    await fail(t, probe)
  }
  t.same(await begin('1', url), { putOffMs: openMs.most }, 'and no longer than that')
  pass(openMs.most)
  await (await begin('1', url)).answer?.()
  t.match(await begin('1', url), { putOffMs: undefined }, 'until it answers')
})

t.test('a refusal is an answer, and a request we gave up shows nothing', async t => {
  const { begin } = underTest()
  const url = 'https://a.test/hook'
  const stop = AbortSignal.abort()
  for (let n = 0; n < 2 * breakerFailures; n++) {
    await fail(t, await begin('1', url))
    await fail(t, await begin('1', url), new Error('refused'))
    const given = await begin('1', url, stop)
    await fail(t, given)
  }
  t.match(await begin('1', url), { putOffMs: undefined })
})
