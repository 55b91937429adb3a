import t from 'tap'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { LivenessLease } from '../../../src/tasks/log/lease.ts'

t.test('who was away for more than ten seconds is not certain until what runs was looked at', async t => {
  let now = 0
  const lease = new LivenessLease(() => now)
  let told = 0
  lease.onValid = () => told++
  for (let beat = 0; beat < 10; beat++) {
    now += 3_000
    lease.seen()
    t.ok(lease.isValid, 'a database that is away is no reason to doubt')
  }
  now += 10_001
  lease.seen()
  t.notOk(lease.isValid, 'an absence is not forgotten by being back')
  now += 3_000
  lease.seen()
  t.notOk(lease.isValid)
  t.equal(told, 0)
  lease.renew()
  t.ok(lease.isValid)
  t.equal(told, 1)
})

t.test('what is written while that is not certain is told when it is', async t => {
  let now = 0
  const log = new EventLog('task', 'record')
  const lease = new LivenessLease(() => now)
  log.lease = lease
  lease.onValid = () => log.wake()
  log.begin(1)
  let woken = 0
  log.subscribe(() => woken++)
  const position = log.lastId
  now = 60_000
  log.append({ type: 'text-start', id: '0' })
  t.same(log.read(position, 100), { kind: 'wait' })
  t.same(log.readRaw(position.seq, 100), [])
  await null
  lease.renew()
  await null
  t.equal(woken, 2)
  t.match(log.read(position, 100), { kind: 'events' })
  t.equal(log.readRaw(position.seq, 100).length, 1)
})
