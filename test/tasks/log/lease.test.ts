import t from 'tap'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { LivenessLease } from '../../../src/tasks/log/lease.ts'

t.test('after a pause of more than ten seconds the lease is invalid until attempts are reconciled', async t => {
  let now = 0
  const lease = new LivenessLease(() => now)
  let notifications = 0
  lease.onValid = () => notifications++
  for (let beat = 0; beat < 10; beat++) {
    now += 3_000
    lease.seen()
    t.ok(lease.isValid, 'an unavailable database is no reason to doubt')
  }
  now += 10_001
  lease.seen()
  t.notOk(lease.isValid, 'a pause is not forgotten when the process runs again')
  now += 3_000
  lease.seen()
  t.notOk(lease.isValid)
  t.equal(notifications, 0)
  lease.renew()
  t.ok(lease.isValid)
  t.equal(notifications, 1)
})

t.test('events appended while the lease is invalid are published when it is valid again', async t => {
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
