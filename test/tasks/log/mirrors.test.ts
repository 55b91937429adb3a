import { createClock } from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import type { Timers } from '../../../src/sse/sse-stream.ts'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { Mirrors, type TaskPosition } from '../../../src/tasks/log/mirrors.ts'
import type { Replication } from '../../../src/tasks/log/replication.ts'
import { quietLogger } from '../../support/quiet-logger.ts'
import { taskRow } from '../../support/task-rows.ts'

const running = taskRow({ status: 'running', attempt: 1 })

/** A followed log, of a task whose row has the state that the test sets. */
function followed(t: Test, { reachable }: { reachable: boolean }) {
  const rows: { position: TaskPosition | undefined } = { position: running }
  const outdated: string[] = []
  const following = {
    heardAt: Number.NEGATIVE_INFINITY,
    async sync() {
      if (reachable) following.heardAt = performance.now()
    },
    listen() {},
    stop() {},
  }
  const mirrors = new Mirrors({
    replication: { follow: () => following } as unknown as Replication,
    taskPositions: async () => (rows.position ? [rows.position] : []),
    timers: createClock() as unknown as Timers,
    logger: quietLogger,
    onOutdated: taskId => void outdated.push(taskId),
  })
  t.teardown(() => mirrors.close())
  const log = new EventLog(running.id, 'record')
  log.begin(1)
  mirrors.follow(log, running)
  return { mirrors, rows, outdated, log }
}

t.test('a task that runs is left to replication', async t => {
  const { mirrors, outdated } = followed(t, { reachable: true })
  await mirrors.reconcile()
  await mirrors.reconcile()
  t.same(outdated, [])
})

t.test('an end that replication is sending may come until the next check: it disconnects no reader', async t => {
  const { mirrors, rows, outdated, log } = followed(t, { reachable: true })
  rows.position = { ...running, status: 'completed' }
  await mirrors.reconcile()
  t.same(outdated, [])
  log.append({ type: 'finish', finishReason: 'stop' })
  await mirrors.reconcile()
  t.same(outdated, [])
})

t.test('an end that does not come is read from the rows', async t => {
  const { mirrors, rows, outdated } = followed(t, { reachable: true })
  rows.position = { ...running, status: 'completed' }
  await mirrors.reconcile()
  await mirrors.reconcile()
  t.same(outdated, [running.id])
})

t.test('an end that cannot come is read from the rows at once', async t => {
  const { mirrors, rows, outdated } = followed(t, { reachable: false })
  rows.position = { ...running, status: 'completed' }
  await mirrors.reconcile()
  t.same(outdated, [running.id])
})

t.test('a deleted task is reported at once', async t => {
  const { mirrors, rows, outdated } = followed(t, { reachable: true })
  rows.position = undefined
  await mirrors.reconcile()
  t.same(outdated, [running.id])
})
