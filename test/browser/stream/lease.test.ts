import { install } from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { Lease, type LeaseMessage } from '../../../public/stream/lease.js'

t.test('the first tab leads, and later ones follow it', async t => {
  const { tab, run } = browser(t)
  const one = tab('a')
  run(200)
  const [two, three] = [tab('c'), tab('b')]
  run(10_000)
  t.same(leaders(one, two, three), ['a'])
})

t.test('tabs that open in the same moment agree on one', async t => {
  const { tab, run } = browser(t)
  const tabs = ['c', 'a', 'd', 'b'].map(id => tab(id))
  run(3_000)
  t.same(leaders(...tabs), ['a'])
  t.equal(tabs.filter(({ lease }) => lease.leads).length, 1)
})

t.test('a leader that closes, crashes or is suspended is replaced within 5 s, by one', async t => {
  for (const end of ['closes', 'crashes', 'suspended'] as const) {
    const { tab, run, suspend } = browser(t)
    const [one, ...others] = [tab('a'), tab('c'), tab('b')] as const
    run(10_000)
    if (end === 'closes') one.lease.leave()
    suspend('a', true)
    run(5_000)
    const [leader] = leaders(...others)
    t.not(leader, 'a', end)
    t.equal(others.filter(({ lease }) => lease.leads).length, 1, end)
    if (end !== 'suspended') continue
    suspend('a', false)
    run(3_000)
    t.same(leaders(one, ...others), [leader], 'it yields when it is back')
  }
})

t.test(
  'a leader in a hidden tab answers when it is asked, and a visible one replaces it if its connection is stale',
  async t => {
    const { tab, run } = browser(t)
    const one = tab('a')
    run(200)
    one.visible = false
    const two = tab('b')
    run(10_000)
    t.same(leaders(one, two), ['a'])
    one.stale = true
    run(3_000)
    t.same(leaders(one, two), ['b'])
  },
)

interface Tab {
  lease: Lease
  stale: boolean
  visible: boolean
}

function leaders(...tabs: Tab[]) {
  return Array.from(new Set(tabs.map(({ lease }) => lease.leader)))
}

/** Tabs that hear each other, under one clock; messages arrive in the next turn. */
function browser(t: Test) {
  const clock = install({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  t.teardown(() => clock.uninstall())
  const tabs = new Map<string, Tab>()
  const suspended = new Set<string>()
  const late: (() => void)[] = []
  return {
    tab(id: string): Tab {
      const tab = { stale: false, visible: true } as Tab
      const post = (message: LeaseMessage) => {
        if (suspended.has(id)) return
        for (const [other, { lease }] of tabs) {
          if (other === id) continue
          const take = () => lease.take(id, message)
          setTimeout(() => (suspended.has(other) ? late.push(take) : take()), 1)
        }
      }
      tab.lease = new Lease({ id, post, changed: () => {}, stale: () => tab.stale, visible: () => tab.visible })
      tabs.set(id, tab)
      return tab
    },
    suspend(id: string, now: boolean) {
      if (now) suspended.add(id)
      else {
        suspended.delete(id)
        for (const take of late.splice(0)) take()
      }
    },
    run(ms: number) {
      clock.tick(ms)
    },
  }
}
